import type { Labels, NodeRecord } from '../model/cluster.ts';
import type { LabelSelector } from '../model/label-selector.ts';
import type { EpochMs } from '../model/units.ts';

/** A namespaced object. */
export interface ObjectRef {
  readonly namespace: string;
  readonly name: string;
}

/** Where the doctor stands: in a pod of the cluster, which reaches what the server reaches, or anywhere else. */
export type Place = 'pod' | 'outside';

/** An APIService of the group. */
export interface ApiServiceFacts {
  /** `v1beta1.metrics.k8s.io`. */
  readonly name: string;
  readonly version: string;
  readonly labels: Labels;
  readonly annotations: Labels;
  /** Absent = the kube-apiserver itself. */
  readonly service?: ObjectRef & { readonly port: number };
  readonly insecureSkipTlsVerify: boolean;
  /** PEM; empty = there is none. */
  readonly caBundle: string;
  /** The condition Available; absent before anybody has looked. */
  readonly available?: Condition;
}

/** A condition of an object. */
export interface Condition {
  /** `True`, `False` or `Unknown`. */
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}

/** One port of a Service. */
export interface ServicePort {
  readonly name: string;
  readonly port: number;
  /** A number, or the name of a container's port. */
  readonly targetPort: string;
}

/** The Service in front of the server. */
export interface ServiceFacts extends ObjectRef {
  readonly labels: Labels;
  /** Empty where it has none. */
  readonly clusterIp: string;
  /** Absent = its endpoints are nobody's business but whoever writes them. */
  readonly selector?: Labels;
  readonly ports: readonly ServicePort[];
}

/** One address behind a Service. */
export interface EndpointFacts {
  readonly address: string;
  readonly ready: boolean;
  /** Names of the ports it has; the empty name is one. */
  readonly portNames: readonly string[];
}

/** What a container is given of one kind, as it is written in a manifest. */
export interface ContainerFacts {
  readonly name: string;
  readonly image: string;
  readonly args: readonly string[];
  readonly ports: readonly { readonly name: string; readonly containerPort: number }[];
  /** Variables with a fixed value. */
  readonly environment: Labels;
  /** Resources it requests, or has limits for, which then are its requests. */
  readonly requests: readonly string[];
}

/** A pod, as far as its template or its state say something about us. */
export interface PodFacts extends ObjectRef {
  readonly labels: Labels;
  readonly hostNetwork: boolean;
  readonly serviceAccount: string;
  readonly nodeName: string;
  readonly phase: string;
  readonly ready: boolean;
  /** Why a container waits, or how it last ended: `CrashLoopBackOff: …`; empty when all run. */
  readonly trouble: string;
  readonly containers: readonly ContainerFacts[];
}

/** A Deployment of something that calls itself metrics-server. */
export interface DeploymentFacts extends ObjectRef {
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly replicas: number;
  readonly podLabels: Labels;
}

/** What the server was told by its flags, as far as a doctor has to know. */
export interface ServerFlags {
  readonly securePort: number;
  readonly apiVersions: readonly string[];
  readonly events: boolean;
  /** Kubelets out of reach are asked through the kube-apiserver. */
  readonly viaNodeProxy: boolean;
  /** The Secret of a self-managed CA; absent = there is no such CA. */
  readonly servingCaSecret?: NamedObject;
  /** The Secret of pinned kubelet certificates; absent = none are pinned. */
  readonly pinSecret?: NamedObject;
  readonly kubelet: {
    readonly port: number;
    readonly useNodeStatusPort: boolean;
    readonly preferredAddressTypes: readonly string[];
    /** Path, in the pod; empty = the CA of the cluster. */
    readonly certificateAuthority: string;
    readonly trust: 'verify' | 'pin' | 'insecure';
    readonly nodeSelector?: Pick<LabelSelector, 'matches' | 'toString'>;
  };
}

/** An object that a flag names; without a namespace it is in the server's own. */
export interface NamedObject {
  readonly namespace?: string;
  readonly name: string;
}

/** Flags, or why the server does not take them: a sentence each. */
export type FlagReading =
  | { readonly kind: 'read'; readonly flags: ServerFlags }
  | { readonly kind: 'refused'; readonly problems: readonly string[] };

/** A serving certificate that a kubelet asks for. */
export interface CertificateRequestFacts {
  readonly name: string;
  readonly createdAt: EpochMs;
  /** Who asks, as the kube-apiserver knows them. */
  readonly user: string;
  readonly groups: readonly string[];
  readonly pending: boolean;
}

/** A HorizontalPodAutoscaler, and one request that some container of its target does not have. */
export interface AutoscalerFacts extends ObjectRef {
  /** `Deployment`, `StatefulSet`, … */
  readonly targetKind: string;
  readonly target: string;
  readonly missing: readonly { readonly container: string; readonly resource: string }[];
}

/** What the server itself says of its health. */
export interface ServerHealth {
  readonly ready: boolean;
  /** Checks that fail, with the reason: `metric-storage-ready: no metrics to serve yet`. */
  readonly failing: readonly string[];
  /** Lines that say what is degraded. */
  readonly degraded: readonly string[];
}

/** What metrics.k8s.io has of the nodes. */
export interface ServedNodes {
  readonly names: ReadonlySet<string>;
  /** Nodes that are not among them, the first few with what the server says of the reason. */
  readonly missing: readonly { readonly node: NodeRecord; readonly reason?: string }[];
}
