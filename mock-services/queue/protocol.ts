/**
 * What services say to the modelled queue, a line each, and it to them.
 *
 *     → put           a message
 *     → ready         one more message may be handed over, and the one before, where there was one, is done
 *     ← work          a message
 */
export const put = "put";
export const ready = "ready";
export const work = "work";
