/** One promise that every implementation of a kind keeps. `run` rejects when it does not. */
export interface ContractCase<Subject> {
  readonly name: string;
  readonly run: (subject: Subject) => Promise<void>;
}

/** A case's subject; whatever it holds is given back by `dispose`, which is called after every case. */
export interface Disposable {
  dispose?(): Promise<void> | void;
}

/** What an implementation's own test hands over. */
export interface ContractOptions<Subject> {
  /** The implementation's name, for the report. */
  readonly name: string;
  /** A fresh subject; called once for every case. */
  readonly create: () => Promise<Subject & Disposable> | (Subject & Disposable);
  /** Cases that this implementation does not keep, each with the reason. */
  readonly skip?: Readonly<Record<string, string>>;
}

/** The names in `skip` that no case has: a case was renamed, or never meant. */
export function unknownSkips(
  cases: readonly { readonly name: string }[],
  skip: Readonly<Record<string, string>> = {},
): string[] {
  return Object.keys(skip).filter((name) => !cases.some((each) => each.name === name));
}

/** Runs one case on a fresh subject and disposes of it, whatever happens. */
export async function runCase<Subject>(
  each: ContractCase<Subject>,
  create: ContractOptions<Subject>['create'],
): Promise<void> {
  const subject = await create();
  try {
    await each.run(subject);
  } finally {
    await subject.dispose?.();
  }
}
