import type { Finding } from '@forge/plugin-api';
import type { AddedLine } from './added-lines.ts';

interface SecurityCheck {
  readonly finds: RegExp;
  readonly severity: Finding['severity'];
  readonly message: string;
  readonly suggestion: string;
}

/** A new check is a new row. Each must be worth stopping a change for: nobody reads a reviewer that cries wolf. */
const checks: readonly SecurityCheck[] = [
  {
    finds: /\beval\s*\(|\bnew Function\s*\(/,
    severity: 'high',
    message: 'It runs whatever text it is given',
    suggestion: 'Parse the text, or look the wanted function up in a table.',
  },
  {
    finds: /\bexec(Sync)?\s*\(\s*`[^`]*\$\{|\bos\.system\s*\(\s*f["']|shell\s*=\s*True/,
    severity: 'high',
    message: 'A value becomes part of a shell command, and with it whatever commands it holds',
    suggestion: 'Give the program and its arguments as a list, without a shell.',
  },
  {
    finds: /\b(query|execute)\s*\(\s*(`[^`]*\$\{|f["'])/,
    severity: 'high',
    message: 'A value becomes part of an SQL statement',
    suggestion: 'Use a parameter of the statement.',
  },
  {
    finds: /rejectUnauthorized\s*:\s*false|NODE_TLS_REJECT_UNAUTHORIZED|verify\s*=\s*False/,
    severity: 'high',
    message: 'The other side of the connection is not checked: anybody in between can read and change it',
    suggestion: 'Trust the one certificate that is meant instead.',
  },
  {
    finds: /-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----|\bAKIA[0-9A-Z]{16}\b|\bgh[pousr]_[A-Za-z0-9]{36}\b/,
    severity: 'critical',
    message: 'A secret stands in the code, and stays in the history',
    suggestion: 'Revoke it, and read a new one from the environment.',
  },
  {
    finds: /\.innerHTML\s*=(?!=)|dangerouslySetInnerHTML/,
    severity: 'medium',
    message: 'Markup is put into the page as it comes, with the scripts in it',
    suggestion: 'Set text, or clean the markup first.',
  },
];

export function runSecurityChecks(lines: readonly AddedLine[]): Finding[] {
  return lines.flatMap(({ file, line, text }) =>
    checks
      .filter(({ finds }) => finds.test(text))
      .map(({ severity, message, suggestion }) => ({ severity, file, line, quote: text, message, suggestion })),
  );
}
