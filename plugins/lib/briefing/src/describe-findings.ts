import type { Finding } from '@forge/plugin-api';

/** One finding as a list item with all that it says. */
function describeFinding({ severity, file, line, quote, message, suggestion }: Finding): string {
  const place = line === undefined ? file : `${file}:${line}`;
  return [
    `- ${severity} at ${place}: ${message}`,
    ...(quote === undefined ? [] : [`  Line: ${quote.trim()}`]),
    ...(suggestion === undefined ? [] : [`  Suggestion: ${suggestion}`]),
  ].join('\n');
}

export function describeFindings(findings: readonly Finding[]): string {
  return findings.map(describeFinding).join('\n');
}
