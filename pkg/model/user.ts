/** Who asks: the identity that authentication found (`authentication.k8s.io/v1` UserInfo). */
export interface User {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra: Readonly<Record<string, readonly string[]>>;
}

/** What a token turned out to be. */
export type TokenVerdict =
  | { readonly kind: 'authenticated'; readonly user: User }
  /** The kube-apiserver does not know this token. */
  | { readonly kind: 'rejected'; readonly reason: string }
  /** Nobody could be asked; the answer is not known and must not be cached. */
  | { readonly kind: 'unavailable'; readonly reason: string };

/** What somebody wants to do (`authorization.k8s.io/v1` ResourceAttributes or NonResourceAttributes). */
export type AccessAttributes =
  | {
      readonly kind: 'resource';
      /** Lower-case Kubernetes verb: get, list, watch, create, … */
      readonly verb: string;
      readonly group: string;
      readonly version: string;
      readonly resource: string;
      readonly namespace?: string;
      readonly name?: string;
    }
  /** `verb` is the lower-case HTTP method. */
  | { readonly kind: 'path'; readonly verb: string; readonly path: string };

/** Whether they may. */
export type AccessVerdict =
  | { readonly kind: 'allowed'; readonly reason: string }
  | { readonly kind: 'denied'; readonly reason: string }
  /** Nobody could be asked; the answer is not known and must not be cached. */
  | { readonly kind: 'unavailable'; readonly reason: string };
