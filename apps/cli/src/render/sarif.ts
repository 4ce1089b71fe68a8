import type { EventOf, Finding, ForgeEvent, Severity } from '@forge/plugin-api';

/** SARIF 2.1.0, as far as findings need it. */
const schema = 'https://json.schemastore.org/sarif-2.1.0.json';

const rules = [
  { id: 'review', shortDescription: { text: 'A reviewer found it, and the engine found its place in the code' } },
  {
    id: 'evidence',
    shortDescription: { text: 'The engine saw it itself: protected files, tests that are gone or skipped' },
  },
] as const;

const levels: Readonly<Record<Severity, 'error' | 'warning' | 'note'>> = {
  critical: 'error',
  high: 'error',
  medium: 'warning',
  low: 'note',
  info: 'note',
};

type Told = EventOf<'finding.detected'>;

/**
 * The findings of a run as a SARIF log. What was fixed in the run is there as passed; what did not fit the code is left
 * out.
 */
export function sarifOf(events: readonly ForgeEvent[]) {
  const started = events.find((event): event is EventOf<'run.started'> => event.type === 'run.started');
  const completed = events.find((event): event is EventOf<'run.completed'> => event.type === 'run.completed');
  const head = events.at(-1);
  return {
    $schema: schema,
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'Forge', version: started?.payload.forgeVersion ?? 'unknown', rules } },
        automationDetails: { id: `forge/${head?.traceId ?? ''}` },
        columnKind: 'utf16CodeUnits',
        results: resultsOf(events),
        properties: {
          task: started?.payload.requirement.task,
          base: started?.payload.base.commit,
          branch: started?.payload.branch,
          commit: completed?.payload.change?.commit,
          logHash: head?.hash,
        },
      },
    ],
  };
}

function resultsOf(events: readonly ForgeEvent[]) {
  const open = new Map<string, { readonly told: Told; fixed: boolean }>();
  for (const event of events) {
    if (event.type === 'finding.detected') open.set(keyOf(event.payload.finding), { told: event, fixed: false });
    if (event.type !== 'finding.resolved') continue;
    const known = open.get(keyOf(event.payload.finding));
    if (known !== undefined) known.fixed = true;
  }
  return [...open.values()].map(({ told, fixed }) => resultOf(told, fixed));
}

function keyOf({ file, line, message }: Finding): string {
  return JSON.stringify([file, line, message]);
}

function resultOf({ phase, payload: { finding } }: Told, fixed: boolean) {
  const { file, line, quote, message, suggestion, severity } = finding;
  const ruleId = phase === 'review' ? 'review' : 'evidence';
  const region = {
    startLine: line,
    ...(quote === undefined || quote.trim() === '' ? {} : { snippet: { text: quote } }),
  };
  const artifactLocation = { uri: file.split('/').map(encodeURIComponent).join('/'), uriBaseId: '%SRCROOT%' };
  return {
    ruleId,
    ruleIndex: rules.findIndex(({ id }) => id === ruleId),
    ...(fixed ? { kind: 'pass', level: 'none' } : { kind: 'fail', level: levels[severity] }),
    message: { text: suggestion === undefined ? message : `${message}\n\n${suggestion}` },
    // A finding about the whole has no place in a file.
    ...(file === '.'
      ? {}
      : { locations: [{ physicalLocation: { artifactLocation, ...(line === undefined ? {} : { region }) } }] }),
    properties: { severity },
  };
}
