import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The kernel counts CPU time and starts in these, whatever its own clock does. */
const ticksPerSecond = 100;

/** What Linux says of the program that asks. Everything is read anew when asked for, and undefined where it is not to be had. */
export class ProcessFacts {
  readonly #folder: string;
  readonly #system: string;

  /** `proc` is where the kernel's files are; only tests have them elsewhere. */
  constructor(proc = '/proc') {
    this.#folder = join(proc, 'self');
    this.#system = join(proc, 'stat');
  }

  /** In user and system mode. */
  cpuSeconds(): number | undefined {
    const [user, system] = [this.#stat(14), this.#stat(15)];
    return user === undefined || system === undefined ? undefined : (user + system) / ticksPerSecond;
  }

  /** Since 1970; the machine's own start is known to a second only. */
  startedAtSeconds(): number | undefined {
    const booted = numberIn(textOf(this.#system), /^btime (\d+)$/m);
    const afterBoot = this.#stat(22);
    return booted === undefined || afterBoot === undefined ? undefined : booted + afterBoot / ticksPerSecond;
  }

  virtualBytes(): number | undefined {
    return this.#stat(23);
  }

  residentBytes(): number | undefined {
    const kibibytes = numberIn(this.#text('status'), /^VmRSS:\s+(\d+) kB$/m);
    return kibibytes === undefined ? undefined : kibibytes * 1024;
  }

  openFiles(): number | undefined {
    try {
      return readdirSync(join(this.#folder, 'fd')).length;
    } catch {
      return undefined; // No such thing outside Linux.
    }
  }

  openFilesLimit(): number | undefined {
    return this.#limit('Max open files');
  }

  virtualBytesLimit(): number | undefined {
    return this.#limit('Max address space');
  }

  /** Of the network namespace: in a pod, the pod's. */
  receivedBytes(): number | undefined {
    return this.#ipExtension('InOctets');
  }

  sentBytes(): number | undefined {
    return this.#ipExtension('OutOctets');
  }

  /** `field` is counted from 1, as proc(5) does; the name of the program before the third may hold anything. */
  #stat(field: number): number | undefined {
    const text = this.#text('stat');
    const value = text?.slice(text.lastIndexOf(')') + 2).split(' ')[field - 3];
    return value === undefined || value === '' ? undefined : Number(value);
  }

  #limit(name: string): number | undefined {
    const soft = this.#text('limits')
      ?.split('\n')
      .find((line) => line.startsWith(name))
      ?.slice(name.length)
      .trim()
      .split(/\s+/)[0];
    // As a 64-bit number that means no limit, as Go's libraries tell it.
    return soft === 'unlimited' ? 2 ** 64 : Number(soft ?? Number.NaN) || undefined;
  }

  /** One line of names, then one of values. */
  #ipExtension(name: string): number | undefined {
    const [names = [], values = []] = (this.#text('net/netstat') ?? '')
      .split('\n')
      .filter((line) => line.startsWith('IpExt:'))
      .map((line) => line.split(' '));
    const value = values[names.indexOf(name)];
    return value === undefined ? undefined : Number(value);
  }

  #text(file: string): string | undefined {
    return textOf(join(this.#folder, file));
  }
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined; // No such thing outside Linux.
  }
}

function numberIn(text: string | undefined, pattern: RegExp): number | undefined {
  const digits = pattern.exec(text ?? '')?.[1];
  return digits === undefined ? undefined : Number(digits);
}
