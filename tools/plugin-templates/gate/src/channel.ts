/** Something that carries a text to a person and brings an answer back. */
export interface Channel {
  /** Quick, and without effect. */
  isOpen(): boolean;
  /** What the person said; undefined when they declined. Stops asking when the signal aborts. */
  ask(text: string, signal: AbortSignal): Promise<string | undefined>;
}
