// The part of socket.io-client that the platform uses; written by hand.

type Listener = (...data: any[]) => void;

export interface SocketOptions {
  auth?: Record<string, unknown> | ((give: (auth: Record<string, unknown>) => void) => void);
  autoConnect?: boolean;
  forceNew?: boolean;
  path?: string;
  query?: Record<string, string>;
  reconnection?: boolean;
  reconnectionAttempts?: number;
  reconnectionDelay?: number;
  reconnectionDelayMax?: number;
  randomizationFactor?: number;
  timeout?: number;
  transports?: Array<"websocket" | "polling">;
  tryAllTransports?: boolean;
  upgrade?: boolean;
  withCredentials?: boolean;
}

export class Socket {
  readonly active: boolean;
  auth: SocketOptions["auth"];
  readonly connected: boolean;
  readonly disconnected: boolean;
  readonly id: string | undefined;
  readonly io: Manager;
  readonly recovered: boolean;
  /** An emit that is dropped, not kept, while there is no connection. */
  readonly volatile: this;
  connect(): this;
  disconnect(): this;
  emit(event: string, ...data: any[]): this;
  emitWithAck(event: string, ...data: any[]): Promise<any>;
  listeners(event: string): Listener[];
  off(event?: string, listener?: Listener): this;
  offAny(listener?: Listener): this;
  on(event: string, listener: Listener): this;
  onAny(listener: Listener): this;
  once(event: string, listener: Listener): this;
  /** Milliseconds after which an emit is refused when no acknowledgement has come. */
  timeout(milliseconds: number): this;
}

export class Manager {
  constructor(uri?: string, options?: SocketOptions);
  readonly engine: { readonly transport: { readonly name: string }; on(event: string, listener: Listener): void };
  off(event?: string, listener?: Listener): this;
  on(event: string, listener: Listener): this;
  once(event: string, listener: Listener): this;
  reconnection(): boolean;
  reconnection(wanted: boolean): this;
  socket(namespace: string, options?: SocketOptions): Socket;
}

export function io(options?: SocketOptions): Socket;
export function io(uri: string, options?: SocketOptions): Socket;
