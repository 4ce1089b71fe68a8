import { z } from 'zod';

/** Something only a person can decide. It is stored before anyone is asked, so the answer may come from any process. */
export const humanRequestSchema = z.strictObject({
  id: z.string(),
  runId: z.string(),
  /** `approval`: yes or no to what is shown. `question`: an answer in words or one of the options. */
  kind: z.enum(['approval', 'question']),
  title: z.string(),
  /** Markdown. */
  body: z.string().default(''),
  options: z.array(z.strictObject({ id: z.string(), label: z.string() })).default([]),
  /** Why it is asked, such as `deployment`, `protected-files`, `outcome-unknown`, `clarification`. */
  reason: z.string(),
  phase: z.string().optional(),
  executionId: z.string().optional(),
  /** SHA-256 of what is shown: a decision counts only for that. */
  subjectHash: z.string(),
  /** What is shown, part by part, so that it can be told what changed: short values, and `sha256:…` of longer ones. */
  shown: z.record(z.string(), z.string()).optional(),
  createdAt: z.number(),
  /** When the run goes on (question) or parks (approval) without an answer. Undefined: never by itself. */
  expiresAt: z.number().optional(),
});
export type HumanRequest = z.output<typeof humanRequestSchema>;

export const decisionSchema = z.strictObject({
  /** For approvals. */
  approved: z.boolean().optional(),
  /** For questions: an option's id or free words. */
  answer: z.string().optional(),
  reason: z.string().optional(),
  /** Of the request as whoever decided saw it. */
  subjectHash: z.string().optional(),
  /** Not decided by anybody: what is asked has changed, and that request took its place. */
  supersededBy: z.string().optional(),
  /** Who: a user name, `policy:<rule>`, `timeout`. */
  by: z.string(),
  /** Through which gate or command. */
  channel: z.string(),
  at: z.number(),
});
export type Decision = z.output<typeof decisionSchema>;

/** What a gate answers; the kernel adds who and when. */
export interface Approval {
  readonly approved: boolean;
  readonly reason?: string | undefined;
  /** For questions: the answer. */
  readonly modifications?: string | undefined;
  /** Of the request that the person saw, from gates that ask elsewhere: an answer about anything else is not taken. */
  readonly subjectHash?: string | undefined;
}

/**
 * One way to ask a person. Several gates may be asked at once; the first answer counts and the others' signals abort.
 * `undefined` means that nobody could be asked here (no terminal, say): the request stays open for other channels.
 */
export interface HumanGate {
  readonly id: string;
  /** Can and should this gate ask for that request? Must be quick and free of side effects. */
  condition(request: HumanRequest): boolean | Promise<boolean>;
  request(request: HumanRequest, call: { readonly signal: AbortSignal }): Promise<Approval | undefined>;
}
