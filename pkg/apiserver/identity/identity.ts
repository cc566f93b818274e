import type { User } from '../../model/user.ts';

/** What one way of recognising callers says of a request. */
export type Identity =
  | { readonly kind: 'user'; readonly user: User }
  /** The request carries nothing of the kind. */
  | { readonly kind: 'no-opinion'; readonly warning?: string }
  /** A credential was shown and does not count; `reason` is for the log. */
  | { readonly kind: 'error'; readonly reason: string };
