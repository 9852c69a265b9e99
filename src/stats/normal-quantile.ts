import { invariant } from "../base/invariant.ts";

/**
 * The quantile function of the standard normal law.
 *
 * @param probability - p in (0, 1)
 * @returns z with Φ(z) = p, to about 15 digits
 *
 * Source: M. J. Wichura, "Algorithm AS 241: The percentage points of the normal distribution",
 * Applied Statistics 37 (1988), routine PPND16.
 */
export function normalQuantile(probability: number): number {
  invariant(probability > 0 && probability < 1, "a probability lies between 0 and 1");
  const fromCentre = probability - 0.5;
  if (Math.abs(fromCentre) <= 0.425) {
    return fromCentre * ratio(centre, 0.180625 - fromCentre * fromCentre);
  }
  const tail = Math.sqrt(-Math.log(fromCentre < 0 ? probability : 1 - probability));
  const distance = tail <= 5 ? ratio(shoulder, tail - 1.6) : ratio(farTail, tail - 5);
  return fromCentre < 0 ? -distance : distance;
}

type RationalFunction = { readonly over: readonly number[]; readonly under: readonly number[] };

/** Coefficients of rising powers. */
const centre: RationalFunction = {
  over: [
    3.3871328727963665, 1.3314166789178438e2, 1.9715909503065513e3, 1.373169376550946e4, 4.592195393154987e4,
    6.72657709270087e4, 3.343057558358813e4, 2.5090809287301227e3,
  ],
  under: [
    1, 4.231333070160091e1, 6.871870074920579e2, 5.394196021424751e3, 2.1213794301586597e4,
    3.930789580009271e4, 2.8729085735721943e4, 5.226495278852546e3,
  ],
};
const shoulder: RationalFunction = {
  over: [
    1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684,
    2.417807251774506e-1, 2.2723844989269184e-2, 7.745450142783414e-4,
  ],
  under: [
    1, 2.053191626637759, 1.6763848301838038, 6.897673349851e-1, 1.4810397642748008e-1, 1.5198666563616457e-2,
    5.475938084995345e-4, 1.0507500716444169e-9,
  ],
};
const farTail: RationalFunction = {
  over: [
    6.657904643501103, 5.463784911164114, 1.7848265399172913, 2.9656057182850487e-1, 2.6532189526576124e-2,
    1.2426609473880784e-3, 2.7115555687434876e-5, 2.0103343992922881e-7,
  ],
  under: [
    1, 5.99832206555888e-1, 1.369298809227358e-1, 1.4875361290850615e-2, 7.868691311456133e-4,
    1.8463183175100548e-5, 1.421511758316446e-7, 2.0442631033899397e-15,
  ],
};

function ratio({ over, under }: RationalFunction, at: number): number {
  return polynomial(over, at) / polynomial(under, at);
}

/** Horner's rule. */
function polynomial(coefficients: readonly number[], at: number): number {
  let sum = 0;
  for (let power = coefficients.length - 1; power >= 0; power--) sum = sum * at + (coefficients[power] ?? 0);
  return sum;
}
