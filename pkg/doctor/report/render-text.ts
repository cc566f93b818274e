import { areas } from '../areas.ts';
import type { Cure, Finding } from '../finding.ts';
import type { AreaReport, Report } from './report.ts';

/** How a report is shown. */
export interface TextOptions {
  readonly colour: boolean;
  /** Columns; long lines are broken between words, commands and manifests never. */
  readonly width: number;
}

/** A report for people, area by area, what is wrong first. */
export function renderText(report: Report, { colour, width }: TextOptions): string {
  const page = new Page(colour, Math.max(40, Math.min(width, 120)));
  for (const area of report.areas) renderArea(area, page);
  page.line('');
  if (report.areas.some(({ unseen }) => unseen.some(({ why }) => why.includes('we may not')))) {
    page.line(
      "More can be seen with an administrator's kubeconfig, or in the pod with manifests/components/doctor.",
      'dim',
    );
  }
  page.line(summary(report), report.result === 'healthy' ? 'green' : 'bold');
  return page.text;
}

function renderArea({ name, findings, fine, unseen }: AreaReport, page: Page): void {
  if (findings.length + fine.length + unseen.length === 0) return;
  page.line('');
  page.line(areas.find((area) => area.name === name)?.title ?? name, 'bold');
  for (const finding of findings) renderFinding(finding, page);
  for (const text of fine) page.item('ok', 'green', text);
  for (const { what, why } of unseen) page.item('?', 'dim', `could not look at ${what}: ${why}`);
}

function renderFinding({ severity, code, about, what, why, cure }: Finding, page: Page): void {
  page.item(severity, severity === 'error' ? 'red' : 'yellow', `${about}: ${what} [${code}]`);
  page.paragraph(why);
  renderCure(cure, page);
}

function renderCure({ advice, commands = [], manifest = [] }: Cure, page: Page): void {
  page.paragraph(`Cure: ${advice}`);
  for (const line of manifest) page.verbatim(line);
  for (const command of commands) page.verbatim(`$ ${command}`);
}

function summary({ areas: reports, result, server }: Report): string {
  const findings = reports.flatMap((area) => area.findings);
  const errors = findings.filter(({ severity }) => severity === 'error').length;
  const warnings = findings.length - errors;
  if (result === 'findings') return `${count(errors, 'error')}, ${count(warnings, 'warning')} at ${server}.`;
  const isWhole = reports.every(({ unseen }) => unseen.length === 0);
  if (result === 'healthy' && isWhole) return `Nothing is wrong at ${server}.`;
  if (result === 'healthy') return `Nothing wrong was found at ${server}; not everything could be looked at.`;
  return `Nothing was found at ${server}, but too little could be seen to say that all is well.`;
}

const count = (number: number, noun: string): string => `${number} ${noun}${number === 1 ? '' : 's'}`;

const colours = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33 } as const;

type Colour = keyof typeof colours;

const indent = '  ';
/** `warning` is the longest mark. */
const margin = `${indent}${' '.repeat(8)}`;

/** Lines, broken at a width. */
class Page {
  readonly #colour: boolean;
  readonly #width: number;
  #text = '';

  constructor(colour: boolean, width: number) {
    this.#colour = colour;
    this.#width = width;
  }

  get text(): string {
    return this.#text.replace(/^\n/, '');
  }

  line(text: string, colour?: Colour): void {
    for (const part of broken(safe(text), this.#width)) this.#text += `${this.#painted(part, colour)}\n`;
  }

  /** A mark in the margin, and beside it a paragraph. */
  item(mark: string, colour: Colour, text: string): void {
    const [first = '', ...others] = broken(safe(text), this.#width - margin.length);
    this.#text += `${indent}${this.#painted(mark.padEnd(8), colour)}${first}\n`;
    for (const part of others) this.#text += `${margin}${part}\n`;
  }

  paragraph(text: string): void {
    for (const part of broken(safe(text), this.#width - margin.length)) this.#text += `${margin}${part}\n`;
  }

  /** To be copied: never broken. */
  verbatim(text: string): void {
    this.#text += `${margin}${indent}${safe(text)}\n`;
  }

  #painted(text: string, colour: Colour | undefined): string {
    return this.#colour && colour !== undefined ? `\u001b[${colours[colour]}m${text}\u001b[0m` : text;
  }
}

/** Objects of a cluster may hold anything: nothing of it may move the cursor of a terminal. */
const safe = (text: string): string => text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ');

function broken(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === '' ? word : `${line} ${word}`;
  }
  return [...lines, line];
}
