import { constants, type ServerHttp2Session, type ServerHttp2Stream } from "node:http2";
import type { ChannelOptions } from "@grpc/grpc-js";

/** How long a connection may live, in milliseconds, `Infinity` for ever. */
export interface ConnectionPolicy {
  readonly keepaliveTime: number;
  readonly keepaliveTimeout: number;
  readonly maxIdle: number;
  readonly maxAge: number;
  readonly maxAgeGrace: number;
}

/** Pings that a client without calls may send in an interval of so many milliseconds. */
const maxPings = 100;
const pingInterval = 10_000;

/** After so many streams that its client has reset, a connection is asked whether it is alive. */
const resetsPerPing = 500;
/** Milliseconds to answer that. */
const resetTimeout = 5_000;

/**
 * Milliseconds between two pings. grpc-js sends none unless it is told to; but nghttp2 reads no more of a client that
 * breaks the rules of HTTP/2, tells nobody, and does not see it leave: its connection would stay for ever.
 */
export const defaultKeepaliveTime = 60_000;

/** The policy in channel options, whose defaults are those of grpc-js but for the pings. */
export function readConnectionPolicy(options: ChannelOptions): ConnectionPolicy {
  return {
    keepaliveTime: readTime(options["grpc.keepalive_time_ms"] ?? defaultKeepaliveTime),
    keepaliveTimeout: options["grpc.keepalive_timeout_ms"] ?? 20_000,
    maxIdle: readTime(options["grpc.max_connection_idle_ms"]),
    maxAge: readTime(options["grpc.max_connection_age_ms"]),
    maxAgeGrace: readTime(options["grpc.max_connection_age_grace_ms"]),
  };
}

/** What a timer cannot wait for means never. */
function readTime(time: number | undefined): number {
  return time === undefined || time < 0 || time >= 2 ** 31 - 1 ? Number.POSITIVE_INFINITY : time;
}

/**
 * Look after a connection: send pings and close it when they are not answered, close it when it is idle or old, and
 * when its client does nothing but ping.
 *
 * @see https://github.com/grpc/proposal/blob/master/A9-server-side-conn-mgt.md
 */
export function keepConnection(session: ServerHttp2Session, policy: ConnectionPolicy): void {
  const timers = new Set<NodeJS.Timeout>();
  session.once("close", () => {
    for (const timer of timers) clearTimeout(timer);
  });
  const load = watchLoad(session);
  limitPings(session, load);
  checkAfterResets(session, load, after);
  if (Number.isFinite(policy.keepaliveTime)) sendPings(session, policy, after);
  if (Number.isFinite(policy.maxAge)) {
    // Spread out, so that the connections of one deployment do not all come back at once.
    after(policy.maxAge * (0.9 + Math.random() * 0.2), () => {
      session.close();
      if (Number.isFinite(policy.maxAgeGrace)) after(policy.maxAgeGrace, () => session.destroy());
    });
  }
  if (Number.isFinite(policy.maxIdle)) closeIdle(session, load, (close) => after(policy.maxIdle, close));

  function after(milliseconds: number, run: () => void): () => void {
    const timer = setTimeout(() => {
      timers.delete(timer);
      if (!session.destroyed) run();
    }, milliseconds);
    // A connection that is kept must not keep the process.
    timer.unref();
    timers.add(timer);
    return () => {
      clearTimeout(timer);
      timers.delete(timer);
    };
  }
}

type After = (milliseconds: number, run: () => void) => () => void;

function sendPings(
  session: ServerHttp2Session,
  { keepaliveTime, keepaliveTimeout }: ConnectionPolicy,
  after: After,
): void {
  const next = () => {
    after(keepaliveTime, () => {
      const stopWaiting = after(keepaliveTimeout, () => session.destroy());
      session.ping((error) => {
        stopWaiting();
        if (error === null && !session.destroyed) next();
      });
    });
  };
  next();
}

/** The streams of a connection. */
interface Load {
  readonly isIdle: boolean;
  onIdle: () => void;
  onBusy: () => void;
  /** A stream has ended by a reset that tells of a fault, or of a client that has left. */
  onReset: () => void;
}

function watchLoad(session: ServerHttp2Session): Load {
  let active = 0;
  const load = {
    get isIdle() {
      return active === 0;
    },
    onIdle: () => {},
    onBusy: () => {},
    onReset: () => {},
  };
  function onClose(this: ServerHttp2Stream) {
    active--;
    if (this.rstCode !== constants.NGHTTP2_NO_ERROR) load.onReset();
    if (active === 0 && !session.destroyed) load.onIdle();
  }
  session.on("stream", (stream) => {
    if (active === 0) load.onBusy();
    active++;
    stream.on("close", onClose);
  });
  return load;
}

function closeIdle(
  session: ServerHttp2Session,
  load: Load,
  afterIdleTime: (run: () => void) => () => void,
): void {
  const wait = () => afterIdleTime(() => session.close());
  let stop = wait();
  load.onBusy = () => stop();
  load.onIdle = () => {
    stop = wait();
  };
}

/**
 * Who opens streams and resets them at once has calls begun for nothing. nghttp2 sees it and reads no more of such a
 * client, but leaves its connection open and tells nobody.
 *
 * @see https://nvd.nist.gov/vuln/detail/CVE-2023-44487
 */
function checkAfterResets(session: ServerHttp2Session, load: Load, after: After): void {
  let resets = 0;
  load.onReset = () => {
    resets++;
    if (resets % resetsPerPing !== 0 || session.destroyed) return;
    const stopWaiting = after(resetTimeout, () => session.destroy());
    session.ping(stopWaiting);
  };
}

/**
 * Pings cost the client nothing. One that has calls may send them: keepalive, and the probes by which gRPC's libraries
 * measure a connection, come with every piece of data.
 */
function limitPings(session: ServerHttp2Session, load: Load): void {
  let pings = 0;
  let since = 0;
  session.on("ping", () => {
    const now = Date.now();
    if (!load.isIdle || now - since > pingInterval) {
      since = now;
      pings = 0;
    }
    pings++;
    if (pings <= maxPings) return;
    session.goaway(constants.NGHTTP2_ENHANCE_YOUR_CALM, 0, Buffer.from("too_many_pings"));
    session.destroy();
  });
}
