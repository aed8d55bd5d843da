import { setTimeout as elapsed } from 'node:timers/promises';

/** An answer that has arrived as a whole. */
export interface Answer {
  status: number;
  headers: Headers;
  body: string;
  /** Whether an attempt before was cut, so that the server may have done it already. */
  afterCut?: boolean;
}

/** What may happen to a request. */
export interface Tolerance {
  /** Whether connections may be cut, as they are when a server is killed. */
  cuts?: boolean;
  /** The longest a request may take, in milliseconds. */
  within?: number;
}

/** How often a request is sent while there is harm. */
const MAX_ATTEMPTS = 8;

/** The longest wait for an answer, or for servers to be ready once the harm is over, in milliseconds. */
const PATIENCE_MS = 15_000;

/**
 * Sends requests to replicas in turn, as a client does that keeps to one rule: when the answer is 503, or the connection
 * is cut, it waits until every server is ready and sends the request once more. Only further harm allows another attempt,
 * and only harm a second one. Whatever else goes wrong is a fault, which the sender keeps instead of throwing.
 */
export class Sender {
  readonly faults: string[] = [];
  /** How many requests were answered at the first attempt, and how many attempts were put off or cut. */
  readonly counts = { answered: 0, putOff: 0, cut: 0 };
  #turn = 0;
  #harms = 0;
  #state: 'well' | 'harmed' | 'recovering' = 'well';
  #gaveUp = false;

  /** @param replicas the addresses that the replicas listen on */
  constructor(
    private readonly replicas: string[],
    private readonly tolerance: Tolerance = {},
  ) {}

  /**
   * Does harm. Meanwhile, and until every replica is ready, requests may be put off.
   *
   * @returns how long that took once the harm was over, in milliseconds
   */
  async harm(act: () => Promise<void>): Promise<number> {
    this.#harms += 1;
    this.#state = 'harmed';
    await act();
    this.#state = 'recovering';
    const began = performance.now();
    await this.#untilReady();
    this.#state = 'well';
    return performance.now() - began;
  }

  /**
   * Sends a request by that rule.
   *
   * @param prepare is called before it is sent again; returning `false` drops the request
   * @returns the answer; `undefined` when the request was dropped or no attempt was answered
   */
  async send(
    path: string,
    init: RequestInit,
    prepare: () => Promise<boolean> = async () => true,
  ): Promise<Answer | undefined> {
    let afterCut = false;
    for (let attempt = 0; attempt < MAX_ATTEMPTS && !this.#gaveUp; attempt++) {
      const harms = this.#harms;
      const state = this.#state;
      const answer = await this.#attempt(path, init);
      if (answer !== 'cut' && !isPutOff(answer)) {
        if (attempt === 0) this.counts.answered += 1;
        return { ...answer, afterCut };
      }
      afterCut ||= answer === 'cut';
      const isExcused = state === 'harmed' || harms !== this.#harms;
      if (attempt > 0 && !isExcused) break;
      if (state === 'well' && !isExcused) this.faults.push(`${path} was put off, and nothing was wrong`);
      await this.#untilReady();
      if (!(await prepare())) return undefined;
    }
    if (!this.#gaveUp) this.faults.push(`${path} was put off again after the recovery`);
    return undefined;
  }

  async #attempt(path: string, init: RequestInit): Promise<Answer | 'cut'> {
    const began = performance.now();
    const answer = await this.#fetch(path, init);
    const took = performance.now() - began;
    const { cuts = false, within = PATIENCE_MS } = this.tolerance;
    if (took > within) this.faults.push(`${path} took ${Math.round(took)} ms`);
    if (typeof answer === 'string') {
      this.counts.cut += 1;
      if (!cuts) this.faults.push(`${path} was cut: ${answer}`);
      return 'cut';
    }
    if (isPutOff(answer)) {
      this.counts.putOff += 1;
      if (answer.status === 503 && !/^\d+$/.test(answer.headers.get('Retry-After') ?? ''))
        this.faults.push(`${path} answered 503 without Retry-After`);
    } else if (answer.status >= 500) {
      this.faults.push(`${path} answered ${answer.status}: ${answer.body}`);
    }
    return answer;
  }

  /** @returns the answer, or why the connection failed */
  async #fetch(path: string, init: RequestInit): Promise<Answer | string> {
    this.#turn += 1;
    const replica = this.replicas[this.#turn % this.replicas.length];
    try {
      const response = await fetch(replica + path, {
        redirect: 'manual',
        signal: AbortSignal.timeout(PATIENCE_MS),
        ...init,
      });
      return { status: response.status, headers: response.headers, body: await response.text() };
    } catch (error) {
      const { cause, message } = error as Error;
      return cause instanceof Error ? cause.message : message;
    }
  }

  async #untilReady(): Promise<void> {
    let deadline = performance.now() + PATIENCE_MS;
    while (performance.now() < deadline) {
      // A busy machine may take long to start again what was killed.
      if (this.#state === 'harmed') deadline = performance.now() + PATIENCE_MS;
      const ready = await Promise.all(
        this.replicas.map((replica) =>
          fetch(`${replica}/readyz`).then(
            async (response) => {
              await response.text();
              return response.ok;
            },
            () => false,
          ),
        ),
      );
      if (ready.every(Boolean)) return;
      await elapsed(20);
    }
    if (!this.#gaveUp) this.faults.push('the replicas are not ready again');
    this.#gaveUp = true;
  }
}

/** Checks whether an answer tells the client to send the request again later. */
function isPutOff({ status }: Answer): boolean {
  return status === 503;
}
