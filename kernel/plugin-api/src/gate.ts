import { z } from 'zod';

/** One step of an approval: enough of these people say yes, then the next step is asked. */
export const approvalLevelSchema = z
  .strictObject({
    /** Names of people, or of their tokens; `*`: anybody. */
    approvers: z.array(z.string().min(1)).min(1),
    /** So many different ones say yes. One no is enough to end it. */
    minimum: z.int().min(1).default(1),
    /** Minutes since the level is asked; then it goes on as `escalate` says. */
    timeoutMinutes: z.number().positive().optional(),
    /** `wait`: nothing happens. `next-level`: the next one is asked instead. `reject`: the answer is no. */
    escalate: z.enum(['wait', 'next-level', 'reject']).default('wait'),
  })
  .refine(({ approvers, minimum }) => approvers.includes('*') || new Set(approvers).size >= minimum, {
    path: ['minimum'],
    message: 'is more than there are approvers',
  })
  .refine(({ timeoutMinutes, escalate }) => escalate === 'wait' || timeoutMinutes !== undefined, {
    path: ['escalate'],
    message: 'takes timeoutMinutes',
  });
export type ApprovalLevel = z.output<typeof approvalLevelSchema>;

export const approvalLevelsSchema = z
  .array(approvalLevelSchema)
  .refine((levels) => levels.at(-1)?.escalate !== 'next-level', { message: 'the last level has no next one' });

/** One person's yes or no, where more than one has to say it. */
export const voteSchema = z.strictObject({
  approved: z.boolean(),
  by: z.string(),
  channel: z.string(),
  at: z.number(),
  reason: z.string().optional(),
});
export type Vote = z.output<typeof voteSchema>;

export const imageTypes = ['image/png', 'image/jpeg', 'image/gif', 'image/webp'] as const;

/** A picture that is shown beside a request; its bytes are a blob of the store. */
export const requestImageSchema = z.strictObject({
  imageBlob: z.string(),
  mediaType: z.enum(imageTypes),
  bytes: z.int(),
  /** What is on it, for who cannot see it here. */
  alt: z.string(),
});
export type RequestImage = z.output<typeof requestImageSchema>;

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
  images: z.array(requestImageSchema).optional(),
  /** Paths of the files that the change touches. */
  files: z.array(z.string()).optional(),
  /** Who must say yes, one level after the other. Undefined: anybody, once. */
  levels: z.array(approvalLevelSchema).optional(),
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
  /** The rule that allowed it without asking. */
  rule: z.string().optional(),
  /** Where more than one person had to say yes. */
  votes: z.array(voteSchema).optional(),
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
  /** The person's name, from gates that know it better than the process does. Default: who started the process. */
  readonly by?: string | undefined;
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
