// @ts-check

/** A set-up fault with a message for the person who started Forge. Anything else that is thrown is a defect. */
export class SetupFault extends Error {
  /**
   * @param {string} message what happened
   * @param {string} [advice] what to do about it
   * @param {{ cause?: unknown }} [options]
   */
  constructor(message, advice, options) {
    super(message, options);
    this.advice = advice;
  }
}
