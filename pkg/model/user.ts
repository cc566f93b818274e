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
      /** `log` of `pods/log`; absent = the resource itself. */
      readonly subresource?: string;
      readonly namespace?: string;
      readonly name?: string;
      /** What a list is narrowed to, as far as reviewers understand it; absent = nothing. Never empty. */
      readonly fieldSelector?: readonly SelectorRequirement[];
      readonly labelSelector?: readonly SelectorRequirement[];
    }
  /** `verb` is the lower-case HTTP method. */
  | { readonly kind: 'path'; readonly verb: string; readonly path: string };

/** One term of a selector, in the words of reviews (`LabelSelectorRequirement`, `FieldSelectorRequirement`). */
export interface SelectorRequirement {
  readonly key: string;
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  /** Absent with `Exists` and `DoesNotExist`. */
  readonly values?: readonly string[];
}

/** Whether they may. */
export type AccessVerdict =
  | { readonly kind: 'allowed'; readonly reason: string }
  | { readonly kind: 'denied'; readonly reason: string }
  /** Nobody could be asked; the answer is not known and must not be cached. */
  | { readonly kind: 'unavailable'; readonly reason: string };
