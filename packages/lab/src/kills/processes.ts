/** Processes that are killed, and the spare ones that stand ready so that a restart does not wait for modules to load. */

import { type ChildProcess, spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** Compiled modules are kept between starts; nothing of a practice stands there. */
const CACHE = join(tmpdir(), 'ketenkluis-compiled');

/** One child that speaks in lines. */
export class Child {
  readonly process: ChildProcess;
  readonly #lines: string[] = [];
  #wake: () => void = () => undefined;
  #ended = false;
  readonly exit: Promise<void>;

  constructor(script: string, argument: string) {
    this.process = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, argument], {
      stdio: ['pipe', 'pipe', 'inherit'],
      env: { ...process.env, NODE_COMPILE_CACHE: CACHE },
    });
    // A line to a process that was just killed is lost, and that is all.
    this.process.stdin!.on('error', () => undefined);
    const lines = createInterface({ input: this.process.stdout! });
    lines.on('line', (line) => {
      this.#lines.push(line);
      this.#wake();
    });
    this.exit = new Promise((resolve) => {
      lines.on('close', () => {
        this.#ended = true;
        this.#wake();
        resolve();
      });
    });
  }

  say(line: string): void {
    this.process.stdin!.write(`${line}\n`);
  }

  /** The next line; null when the process has ended and everything it said was read. */
  async line(): Promise<string | null> {
    for (;;) {
      const line = this.#lines.shift();
      if (line !== undefined) return line;
      if (this.#ended) return null;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    await this.exit;
  }
  /** Lets it stop by itself. */
  async end(): Promise<void> {
    this.process.kill('SIGTERM');
    await this.exit;
  }
}

/** Hands out a child that has loaded its modules, and begins with the next one. */
export class Spares {
  readonly #make: () => Child;
  #next: Child;
  #ready: Promise<string | null>;

  constructor(make: () => Child) {
    this.#make = make;
    this.#next = make();
    this.#ready = this.#next.line();
  }
  async take(): Promise<Child> {
    const child = this.#next;
    if ((await this.#ready) === null) throw new Error('a process ended before it was ready');
    this.#next = this.#make();
    this.#ready = this.#next.line();
    return child;
  }
  async close(): Promise<void> {
    await this.#next.kill();
  }
}
