export type Vector3 = readonly [number, number, number];
export type Matrix3 = readonly [Vector3, Vector3, Vector3];

/** The inverse by cofactors, rows and columns scaled to a unit diagonal first; undefined where there is none. */
export function inverse3(matrix: Matrix3): Matrix3 | undefined {
  const scale = [0, 1, 2].map((index) =>
    Math.sqrt(Math.abs(matrix[index as 0][index as 0])),
  ) as unknown as Vector3;
  if (scale.some((value) => !(value > 0))) return undefined;
  const at = (row: number, column: number) =>
    (matrix[row as 0][column as 0] ?? 0) / ((scale[row as 0] ?? 1) * (scale[column as 0] ?? 1));
  const minor = (row: number, column: number) => {
    const [r1, r2] = [(row + 1) % 3, (row + 2) % 3];
    const [c1, c2] = [(column + 1) % 3, (column + 2) % 3];
    return at(r1, c1) * at(r2, c2) - at(r1, c2) * at(r2, c1);
  };
  const determinant = at(0, 0) * minor(0, 0) + at(0, 1) * minor(0, 1) + at(0, 2) * minor(0, 2);
  if (!(Math.abs(determinant) > 1e-15)) return undefined;
  return [0, 1, 2].map((row) =>
    [0, 1, 2].map(
      (column) => minor(column, row) / determinant / ((scale[row as 0] ?? 1) * (scale[column as 0] ?? 1)),
    ),
  ) as unknown as Matrix3;
}
