import type { Logger } from '@forge/plugin-api';

/** What stands where a secret was. */
export const masked = '[masked]';

/** Shorter values are no secrets worth the words that would be lost with them. */
const shortest = 6;
const shortestLine = 16;

interface WellKnown {
  readonly hints: readonly string[];
  readonly pattern: RegExp;
  /** Default: nothing of it is kept. */
  readonly kept?: string;
}

/** Tokens of well-known makes: what a text must contain to be looked at, and what is then replaced. */
const wellKnown: readonly WellKnown[] = [
  { hints: ['sk-'], pattern: /\bsk-[A-Za-z0-9_-]{16,}/g },
  { hints: ['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_'], pattern: /\bgh[pousr]_[A-Za-z0-9]{20,}/g },
  { hints: ['github_pat_'], pattern: /\bgithub_pat_[A-Za-z0-9_]{20,}/g },
  { hints: ['glpat-'], pattern: /\bglpat-[A-Za-z0-9_-]{16,}/g },
  { hints: ['npm_'], pattern: /\bnpm_[A-Za-z0-9]{30,}/g },
  { hints: ['xox'], pattern: /\bxox[abeoprs]-[A-Za-z0-9-]{10,}/g },
  { hints: ['AKIA', 'ASIA'], pattern: /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g },
  { hints: ['AIza'], pattern: /\bAIza[A-Za-z0-9_-]{30,}/g },
  { hints: ['forge_'], pattern: /\bforge_[0-9a-f]{12}_[A-Za-z0-9_-]{43}/g },
  { hints: ['hf_'], pattern: /\bhf_[A-Za-z0-9]{30,}/g },
  {
    hints: ['hooks.slack.com/'],
    pattern: /(hooks\.slack\.com\/(?:services|workflows|triggers)\/)[\w/-]+/g,
    kept: `$1${masked}`,
  },
  { hints: ['eyJ'], pattern: /\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}/g },
  {
    hints: ['PRIVATE KEY-----'],
    pattern: /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]{0,10000}?-----END [A-Z ]*PRIVATE KEY-----/g,
  },
  {
    // The password of an address. Code that puts one together, such as `${password}`, holds none.
    hints: ['://'],
    pattern: /(:\/\/[^\s/?#@:"'`<>]{0,256}:)(?!\$?\{[^}\s]{0,100}\}@|\$[A-Z_]+@)[^\s/?#"'`<>]{1,512}@/g,
    kept: `$1${masked}@`,
  },
];

export interface Masker {
  /** From now on the value is replaced wherever it is found, in the encodings in which values travel. */
  register(value: string | undefined): void;
  mask(text: string): string;
}

/** Replaces registered values and well-known tokens in texts. */
export function createMasker(): Masker {
  const values = new Set<string>();
  /** Longest first, so that no shorter one leaves the rest of a longer one behind. */
  let variants: readonly string[] = [];
  return {
    register(value) {
      if (value === undefined || value.trim().length < shortest || values.has(value)) return;
      values.add(value);
      variants = [...new Set([...values].flatMap(variantsOf))].sort((left, right) => right.length - left.length);
    },
    mask(text) {
      let result = text;
      for (const variant of variants) if (result.includes(variant)) result = result.replaceAll(variant, masked);
      for (const { hints, pattern, kept = masked } of wellKnown) {
        if (hints.some((hint) => result.includes(hint))) result = result.replace(pattern, kept);
      }
      return result;
    },
  };
}

function variantsOf(value: string): string[] {
  const trimmed = value.trim();
  const lines = trimmed.split(/\r?\n/).filter((line) => line.trim().length >= shortestLine);
  return [...new Set([value, trimmed, ...lines])].flatMap(encodingsOf).filter((variant) => variant.length >= shortest);
}

function encodingsOf(value: string): string[] {
  const json = JSON.stringify(value).slice(1, -1);
  const url = encodeURIComponent(value);
  return [
    value,
    json,
    JSON.stringify(json).slice(1, -1),
    url,
    url.toLowerCase() === value.toLowerCase() ? url : url.replace(/%[0-9A-F]{2}/g, (code) => code.toLowerCase()),
    url.replaceAll('%20', '+'),
    Buffer.from(value).toString('hex'),
    ...base64Of(value),
  ];
}

/** Base64 of a longer text shows a part of it in one of three ways; the letters that neighbours decide are left out. */
function base64Of(value: string): string[] {
  const bytes = Buffer.from(value);
  return [0, 1, 2].flatMap((offset) => {
    const whole = Buffer.concat([Buffer.alloc(offset), bytes]);
    const encoded = whole.toString('base64').replace(/=+$/, '');
    const from = offset === 0 ? 0 : offset + 1;
    const until = whole.length % 3 === 0 ? encoded.length : encoded.length - 1;
    const part = encoded.slice(from, until);
    return part.length < shortest ? [] : [part, part.replaceAll('+', '-').replaceAll('/', '_')];
  });
}

const secretName = /(?:^|[_.-])(?:key|token|secret|password|passwd|credentials?)$/i;
const secretOption = /(?:key|token|secret|password|passwd|credentials?)$/i;

/** Does a variable's name say that its value is a secret? */
export function isSecretName(name: string): boolean {
  return secretName.test(name);
}

/** Does an option's name, such as `apiKey`, say so? */
export function isSecretOption(name: string): boolean {
  return secretOption.test(name);
}

/** Every text in a value, masked; what is no text stays as it is. */
export function maskDeep(masker: Masker, value: unknown): unknown {
  if (typeof value === 'string') return masker.mask(value);
  if (Array.isArray(value)) return value.map((item) => maskDeep(masker, item));
  if (value instanceof Error) return masker.mask(value.stack ?? value.message);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, maskDeep(masker, item)]));
}

/** A logger that shows no secret, and adds facts to every line. */
export function maskedLogger(log: Logger, masker: Masker, facts: Readonly<Record<string, unknown>> = {}): Logger {
  const at = (level: keyof Logger) => (message: string, more?: Record<string, unknown>) =>
    log[level](masker.mask(message), maskDeep(masker, { ...facts, ...more }) as Record<string, unknown>);
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
