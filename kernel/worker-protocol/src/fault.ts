import {
  type ErrorCode,
  type ErrorDetails,
  errorTable,
  forgeError,
  ForgeFaults,
  isForgeError,
  type Json,
  z,
} from '@forge/plugin-api';

/** An error as it travels. `code` is there for errors of Forge, `faults` for several found together. */
export const faultSchema = z.strictObject({
  name: z.string(),
  message: z.string(),
  code: z.string().optional(),
  details: z.record(z.string(), z.custom<Json>()).optional(),
  stack: z.string().optional(),
  faults: z.array(z.unknown()).optional(),
  cause: z.unknown().optional(),
});
export type Fault = z.output<typeof faultSchema>;

/** So far down causes are told: one may be its own. */
const deepestCause = 5;

export function toFault(error: unknown, depth = 0): Fault {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const { name, message, stack, cause } = error;
  const common = {
    name,
    message,
    ...(stack === undefined ? {} : { stack }),
    ...(cause === undefined || depth >= deepestCause ? {} : { cause: toFault(cause, depth + 1) }),
  };
  if (isForgeError(error)) return { ...common, code: error.code, details: jsonOf(error.details) };
  if (name === 'ForgeFaults' && 'errors' in error)
    return { ...common, faults: (error.errors as unknown[]).map((each) => toFault(each, depth)) };
  return common;
}

/** The error on this side: same code, words and details, but never the same object. */
export function fromFault(fault: Fault): Error {
  const { name, message, code, details, stack, faults } = fault;
  if (faults !== undefined) {
    const errors = faults.map((each) => fromFault(faultSchema.parse(each)));
    return new ForgeFaults(errors.filter((error) => isForgeError(error)));
  }
  const cause = fault.cause === undefined ? {} : { cause: fromFault(faultSchema.parse(fault.cause)) };
  const error =
    code !== undefined && Object.hasOwn(errorTable, code)
      ? forgeError(code as ErrorCode, message, { ...(details as ErrorDetails | undefined), ...cause })
      : Object.assign(new Error(message, cause), { name });
  if (stack !== undefined) error.stack = stack;
  return error;
}

/** What is no JSON in them, against their type, is left out. */
function jsonOf(details: ErrorDetails): Record<string, Json> {
  try {
    return JSON.parse(JSON.stringify(details)) as Record<string, Json>;
  } catch {
    const { data: _, ...words } = details;
    return words as Record<string, Json>;
  }
}
