import {
  forgeError,
  type RecordedReply,
  recordedReplySchema,
  type RecordingHeader,
  recordingHeaderSchema,
  z,
} from '@forge/plugin-api';

export interface Recording {
  readonly header: RecordingHeader;
  /** Replies by call, in the order recorded. A call has several when its execution began anew. */
  readonly replies: ReadonlyMap<string, readonly RecordedReply[]>;
}

/**
 * Reads the text of a recording. A last line without an end, as a killed recorder leaves it, is passed over; any other
 * fault is RECORDING_MISMATCH and names file and line.
 */
export function parseRecording(text: string, file: string): Recording {
  const lines = text.split('\n');
  const cut = lines.pop();
  const parsed = lines.flatMap((line, index) =>
    line.trim() === '' ? [] : [{ value: json(line, file, index), index }],
  );
  // A file made by an editor may lack the last end of line.
  if (cut && isJson(cut)) parsed.push({ value: JSON.parse(cut) as unknown, index: lines.length });

  const [first, ...rest] = parsed;
  const header = recordingHeaderSchema.safeParse(first?.value);
  if (!header.success) {
    throw forgeError('RECORDING_MISMATCH', 'This is not a recording', {
      where: `${file}:1`,
      why: 'the first line is not {"forgeRecording":1,…}',
      fix: 'Make one with forge run --record <file>',
    });
  }
  const replies = new Map<string, RecordedReply[]>();
  for (const { value, index } of rest) {
    const reply = replyOf(value, file, index);
    replies.set(reply.call, [...(replies.get(reply.call) ?? []), reply]);
  }
  return { header: header.data, replies };
}

function replyOf(value: unknown, file: string, index: number): RecordedReply {
  const reply = recordedReplySchema.safeParse(value);
  if (reply.success) return reply.data as unknown as RecordedReply;
  throw badLine(file, index, z.prettifyError(reply.error));
}

function json(line: string, file: string, index: number): unknown {
  try {
    return JSON.parse(line);
  } catch (cause) {
    throw badLine(file, index, 'it is not JSON', cause);
  }
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const badLine = (file: string, index: number, why: string, cause?: unknown) =>
  forgeError('RECORDING_MISMATCH', 'A line of the recording cannot be read', {
    where: `${file}:${index + 1}`,
    why,
    cause,
  });
