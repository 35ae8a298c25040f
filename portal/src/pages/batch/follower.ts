import { ask, type Schemas } from '../../api/client';
import { Poll } from '../../api/poll';
import { isReading } from '../../api/states';

type Batch = Schemas['BatchBody'];

const READING_PAUSE_MS = 600;
/** So often a batch is asked for in short steps while its file is read; then like any other. */
const MAX_READING_STEPS = 50;

/** Follows a batch as it changes: in short steps while its file is read, else at the pace at which it changes. */
export class BatchFollower {
  #etag: string | undefined;
  #isReading = false;
  #steps = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isStopped = false;
  readonly #poll = new Poll((signal) => this.#ask(signal));

  constructor(
    private readonly batchId: string,
    private readonly onChange: (batch: Batch) => void,
  ) {}

  /** Asks for the batch, and follows it from then on. Throws a `Failure` when the first answer is none. */
  async start(): Promise<void> {
    await this.#ask();
    this.#next();
  }

  stop(): void {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    this.#poll.stop();
  }

  /** The file is read again, so the batch is asked for in short steps once more. */
  restart(): void {
    this.#etag = undefined;
    this.#isReading = true;
    this.#follow();
  }

  /** Asks for the batch as it is now, whatever is known of it. Throws a `Failure` when there is no answer. */
  async refresh(): Promise<void> {
    this.#etag = undefined;
    await this.#ask();
    this.#follow();
  }

  #follow(): void {
    clearTimeout(this.#timer);
    this.#poll.stop();
    this.#steps = 0;
    this.#next();
  }

  /** The officer did something, so the batch changes soon. */
  hurry(): void {
    this.#etag = undefined;
    this.#poll.hurry();
  }

  #next(): void {
    if (this.#isStopped) return;
    if (!this.#isReading || this.#steps >= MAX_READING_STEPS) {
      this.#poll.start();
      return;
    }
    this.#steps += 1;
    this.#timer = setTimeout(() => void this.#step(), READING_PAUSE_MS);
  }

  async #step(): Promise<void> {
    // A step that fails is followed by the next one.
    await this.#ask().catch(() => undefined);
    this.#next();
  }

  /** Asks for the batch; `true` when it has changed. */
  async #ask(signal?: AbortSignal): Promise<boolean> {
    const answer = await ask('get', '/api/batches/{id}', {
      path: { id: this.batchId },
      ifNoneMatch: this.#etag,
      ...(signal && { signal }),
    });
    if (answer.unchanged) return false;
    this.#etag = answer.etag;
    this.#isReading = isReading(answer.body.state);
    this.onChange(answer.body);
    return true;
  }
}
