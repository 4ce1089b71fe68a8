import type { ForgeEvent, Json } from '@forge/plugin-api';

/** A transform as data: where its code stands, or an expression. */
export type TransformPlace =
  | {
      /** Absolute. */
      readonly file: string;
      /** What the file must still hold: other code was not trusted. */
      readonly hash: string;
      /** In its `webhooks`. */
      readonly index: number;
    }
  | { readonly expression: string };

export interface TransformRequest {
  readonly id: number;
  readonly place: TransformPlace;
  readonly event: ForgeEvent;
}

/** `loaded`: from here on it is the person's own code that takes time. */
export type TransformReply =
  | { readonly id: number; readonly loaded: true }
  | { readonly id: number; readonly body: Json | undefined }
  | { readonly id: number; readonly fault: string };
