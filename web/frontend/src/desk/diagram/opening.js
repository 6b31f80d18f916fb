/* Which part of a large diagram is in view when it opens. */

const MARGIN = 30;
/* The sizes at which names can be read; the smaller one when that brings the start and the corner together. */
const LARGEST = 0.7;
const SMALLEST = 0.55;
/* What stays to be seen to the left of a start that lies far from the corner. */
const BEFORE = 260;

/**
 * The view box for a diagram that does not fit: from its upper left corner, when the start event fits in with it, or
 * else with the start in the middle. `inner`: what is drawn; `outer`: the room on the screen; `begin`: the start event.
 */
export function opening(inner, outer, begin) {
  const down = begin.y + begin.height - inner.y + 2 * MARGIN;
  const together = outer.height / down;
  const scale = together >= SMALLEST ? Math.min(LARGEST, together) : LARGEST;
  const size = { width: outer.width / scale, height: outer.height / scale };
  const right = begin.x + begin.width - inner.x + 2 * MARGIN;
  return {
    x: right <= size.width ? inner.x - MARGIN : begin.x - BEFORE,
    y: together >= SMALLEST ? inner.y - MARGIN : middle(inner, size, begin),
    ...size,
  };
}

/** With the start in the middle, but not below what is drawn. */
function middle(inner, size, begin) {
  return Math.max(inner.y - MARGIN, Math.min(begin.y - size.height / 2, inner.y + inner.height - size.height + MARGIN));
}
