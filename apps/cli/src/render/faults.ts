import { type ErrorCode, errorTable, exitCodes, faultsOf, type ExitName, type ForgeError } from '@forge/plugin-api';
import { glyph } from './glyphs.ts';
import type { Style } from './style.ts';
import { harmless } from './text-width.ts';

const mostShown = 5;

export interface FaultSettings {
  readonly style: Style;
  /** Stack traces, too. */
  readonly debug: boolean;
  /** How to go on when a fault does not say so itself. */
  readonly next?: string | undefined;
}

/** Any error for a person: what, where, why, what to do. At most five; every one says how to go on, or `next` does. */
export function drawFaults(error: unknown, settings: FaultSettings): string {
  const faults = faultsOf(error);
  const shown = faults.slice(0, mostShown).map((fault) => drawFault(fault, settings));
  const more = faults.length - shown.length;
  if (more > 0) shown.push(`  and ${more} more; --json shows all`);
  if (faults.every((fault) => fault.details.fix === undefined)) {
    const first = faults[0]?.code;
    const known = first === undefined ? undefined : goOnAfter[first];
    shown.push(`  ${settings.next ?? known ?? goOn[exitNameOf(error)]}`);
  }
  return shown.join('\n');
}

/** The same for programs. */
export function faultObjects(error: unknown): readonly FaultObject[] {
  return faultsOf(error).map(({ code, message, details }) => ({ type: 'error', code, message, ...details }));
}

type FaultObject = { readonly type: 'error'; readonly code: string; readonly message: string } & ForgeError['details'];

/** That of the first fault, where several were gathered. */
export function exitCodeOfFaults(error: unknown): number {
  return exitCodes[exitNameOf(error)];
}

function exitNameOf(error: unknown): ExitName {
  const [first] = faultsOf(error);
  return first === undefined ? 'failed' : errorTable[first.code];
}

const checkAgain = 'Correct it, then see whether all is right: forge config check.';

/** What helps after some faults more than what helps in general. */
const goOnAfter: Partial<Record<ErrorCode, string>> = {
  CONFIG_INVALID: checkAgain,
  CONFIG_UNREADABLE: checkAgain,
  PLUGIN_OPTIONS: checkAgain,
  REQUEST_DECIDED: 'See what is open with forge inbox, and what became of the run with forge show.',
  // These two also end commands that have no run.
  INPUT_INVALID: 'Correct what was given, then try again; see forge <command> --help.',
  INTERNAL: 'See where with --debug, and whether all that Forge needs is there with forge doctor.',
};

/** What helps in general, for each way to end. */
const goOn: Record<ExitName, string> = {
  done: '',
  failed: 'See what happened with forge logs, and go on with forge resume.',
  usage: 'See forge --help, or forge <command> --help.',
  waiting: 'See what is asked with forge inbox.',
  credentials: 'See what is missing with forge doctor.',
  limit: 'Raise the limit and go on, such as forge resume --budget 5.',
  plugin: 'See what is installed with forge plugin list, and what is wrong with forge plugin doctor.',
  environment: 'See what is missing with forge doctor.',
  conflict: 'See what is going on with forge runs, then try again.',
  stopped: 'Go on with forge resume.',
};

/** A plugin of Forge's own tells a person something only when the plugin is what is wrong. */
function isWorthNaming({ code, details: { plugin } }: ForgeError): boolean {
  return errorTable[code] === 'plugin' || plugin?.startsWith('@forge/') === false;
}

function drawFault(fault: ForgeError, { style, debug }: FaultSettings): string {
  const { where = '', frame, why, fix, plugin } = fault.details;
  const place = harmless(where);
  const isFile = /:\d+(:\d+)?$/.test(place);
  const head = [isFile ? style.bold(place) : '', harmless(fault.message).trim(), style.dim(`[${fault.code}]`)];
  const rows = [
    ['where', isFile ? '' : place],
    ['why', harmless(why ?? '')],
    ['plugin', isWorthNaming(fault) ? (plugin ?? '') : ''],
    ['fix', harmless(fix ?? '')],
  ].filter(([, text]) => text !== '') as [string, string][];
  return [
    `${glyph('failed', style)} ${indentRest(head.filter((word) => word !== '').join('  '), '  ')}`,
    ...(frame === undefined ? [] : [harmless(frame)]),
    ...rows.map(([name, text]) => `  ${style.dim(name.padEnd(7))}${indentRest(text.trimEnd(), ' '.repeat(9))}`),
    ...(debug ? traces(fault) : []),
  ].join('\n');
}

function indentRest(text: string, indent: string): string {
  return text.split('\n').join(`\n${indent}`);
}

/** The stacks of an error and of all that led to it. */
function traces(error: unknown): string[] {
  if (error === undefined) return [];
  if (!(error instanceof Error)) return [`  cause: ${typeof error === 'string' ? error : JSON.stringify(error)}`];
  return [indentRest(`  ${error.stack ?? error.message}`, '  '), ...traces(error.cause)];
}
