// The WebSocket to the server: requests with answers, and what is pushed. It comes back by itself.
import type { Json } from "./types";

export class Refused extends Error {}

type Waiting = { resolve: (answer: Json) => void; reject: (error: Error) => void };

export class Socket {
  private socket: WebSocket | null = null;
  private waiting = new Map<number, Waiting>();
  private last = 0;
  private pause = 250;

  constructor(
    private readonly url: string,
    private readonly pushed: (message: Json) => void,
    private readonly opened: () => void,
    private readonly lost: () => void,
  ) {}

  open(): void {
    const socket = new WebSocket(this.url);
    socket.onopen = () => {
      this.socket = socket;
      this.pause = 250;
      this.opened();
    };
    socket.onmessage = (event) => this.receive(JSON.parse(String(event.data)) as Json);
    socket.onclose = () => this.closed();
  }

  /** Ask for something to be done. Rejects with Refused and a sentence for the person. */
  ask(what: string, more: Json = {}): Promise<Json> {
    const socket = this.socket;
    if (socket === null || socket.readyState !== WebSocket.OPEN) {
      return Promise.reject(new Refused("The demo does not answer. Is make demo still running?"));
    }
    const id = ++this.last;
    socket.send(JSON.stringify({ ...more, id, do: what }));
    return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
  }

  private receive(message: Json): void {
    const waiting = this.waiting.get(message.re);
    if (waiting === undefined) {
      this.pushed(message);
      return;
    }
    this.waiting.delete(message.re);
    if (message.error) waiting.reject(new Refused(String(message.error)));
    else waiting.resolve(message);
  }

  private closed(): void {
    this.socket = null;
    for (const each of this.waiting.values()) each.reject(new Refused("The connection was lost."));
    this.waiting.clear();
    this.lost();
    setTimeout(() => this.open(), this.pause);
    this.pause = Math.min(this.pause * 2, 5000);
  }
}
