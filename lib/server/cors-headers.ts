/**
 * What pages of other origins need to speak gRPC-Web and Connect, as the package `cors` takes it.
 *
 *     app.use(cors({ origin: "https://app.example.com", ...corsHeaders }));
 *     app.use(transcodingRouter(services, { protocols: "all" }));
 *
 * Metadata has to be added: what your pages send to `allowedHeaders`, and what they read, trailers of Connect with their
 * prefix `trailer-`, to `exposedHeaders`.
 */
export const corsHeaders = {
  methods: ["GET", "POST", "PUT", "PATCH", "DELETE"],
  allowedHeaders: [
    "content-type",
    "connect-protocol-version",
    "connect-timeout-ms",
    "grpc-timeout",
    "x-grpc-web",
    "x-server-timeout",
    "x-user-agent",
  ],
  // Of a call of gRPC-Web that fails at once, these are all there is to read.
  exposedHeaders: ["grpc-status", "grpc-message", "grpc-status-details-bin"],
};
