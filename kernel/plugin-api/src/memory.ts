import { z } from 'zod';

export const memoryTypes = ['episodic', 'semantic', 'procedural'] as const;

export const memorySchema = z.strictObject({
  id: z.string(),
  /** The repository it belongs to; `global` when it holds everywhere. */
  repoId: z.string(),
  type: z.enum(memoryTypes),
  /** A pattern or fact in words; never code of a repository when `repoId` is `global`. */
  content: z.string().min(1),
  /** When it applies. */
  context: z.string().default(''),
  /** 0 to 1. */
  confidence: z.number().min(0).max(1),
  /** Where it comes from. */
  provenance: z.strictObject({
    runId: z.string().optional(),
    eventId: z.string().optional(),
    author: z.enum(['agent', 'person', 'import']),
  }),
  tags: z.array(z.string()).default([]),
  createdAt: z.number(),
  updatedAt: z.number(),
});

export type Memory = z.output<typeof memorySchema>;
export type MemoryType = Memory['type'];
/** As an agent stores it: id and times are the store's. */
export type NewMemory = Omit<z.input<typeof memorySchema>, 'id' | 'createdAt' | 'updatedAt'>;
export type MemoryUpdate = Partial<Pick<Memory, 'content' | 'context' | 'confidence' | 'tags' | 'repoId' | 'type'>>;

export const recallQuerySchema = z.strictObject({
  /** What the memory should be about, in words. Empty: the newest. */
  context: z.string(),
  type: z.enum(memoryTypes).optional(),
  /** `current` (default): the repository of the run. `global`: what holds everywhere. `repo:<id>`: another one. */
  scope: z
    .string()
    .regex(/^(current|global|repo:.+)$/, 'expected current, global or repo:<id>')
    .default('current'),
  /** What `current` means; the kernel fills it in. */
  repoId: z.string().optional(),
  /** Default 10. */
  limit: z.int().min(1).max(1000).default(10),
  /** 0 to 1; default 0. */
  minConfidence: z.number().min(0).max(1).default(0),
  filters: z.strictObject({ tags: z.array(z.string()).optional() }).optional(),
});

export type RecallQuery = z.input<typeof recallQuerySchema>;
/** `score`: 0 to 1, higher is nearer; comparable within one answer only. */
export type RecalledMemory = Memory & { readonly score: number };

/** What was learned. Callers never see vectors or a query language. */
export interface MemoryStore {
  readonly name: string;
  /** Resolves when the memory is durable. */
  store(memory: NewMemory): Promise<Memory>;
  /** Best first. */
  recall(query: RecallQuery): Promise<readonly RecalledMemory[]>;
  get(id: string): Promise<Memory | undefined>;
  /** Rejects with INPUT_INVALID for an unknown id. */
  update(id: string, changes: MemoryUpdate): Promise<Memory>;
  /** Nothing of it can be recalled afterwards. Unknown ids are no error. */
  forget(id: string): Promise<void>;
  /** Merges near duplicates of one repository and type, keeping the strongest; says how many went. */
  consolidate(): Promise<{ readonly merged: number }>;
  close?(): Promise<void>;
}
