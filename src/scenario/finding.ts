/** Keys and indexes from the top of a scenario down to a value. */
export type Path = readonly PropertyKey[];

/** What is wrong with a scenario, and at which value. */
export type Finding = { readonly path: Path; readonly message: string };

/** Takes what a check has found. */
export type Report = (path: Path, message: string) => void;

/** Reports on what lies below `path`, so that a check of one part needn't know where that part stands. */
export function below(report: Report, path: Path): Report {
  return (inner, message) => report([...path, ...inner], message);
}
