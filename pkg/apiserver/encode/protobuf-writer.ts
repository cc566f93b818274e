/** Placeholder shape; see the API server's encoders. */
export interface ProtobufWriter {
  readonly length: number;
}
