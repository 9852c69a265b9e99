/** Puts a larger time in the place of a binary heap's least. */
export function replaceLeast(heap: Float64Array, time: number): void {
  const size = heap.length;
  let place = 0;
  for (let child = 1; child < size; child = 2 * place + 1) {
    if (child + 1 < size && (heap[child + 1] as number) < (heap[child] as number)) child++;
    const childTime = heap[child] as number;
    if (childTime >= time) break;
    heap[place] = childTime;
    place = child;
  }
  heap[place] = time;
}
