/* A step between two others, drawn by itself: what comes after it moves aside. One step of undo. */

import { makeSpace } from './ladder.js';
import { together } from './model.js';

const TASK = { width: 100, height: 80 };
const GAP = 50;

/** Puts a new task on an arrow and gives it. The arrow keeps its condition. */
export function insertOn(modeler, flow) {
  const modeling = modeler.get('modeling');
  const { source, target } = flow;
  let made = null;
  together(modeler, () => {
    const ahead = target.x >= source.x + source.width && target.parent === source.parent;
    const start = ahead ? target.x - 5 : source.x + source.width + 5;
    const middle = ahead ? { x: target.x + TASK.width / 2, y: target.y + target.height / 2 } : { x: source.x + source.width + GAP + TASK.width / 2, y: source.y + source.height / 2 };
    makeSpace(modeler, 'x', TASK.width + GAP, start);
    made = modeling.createShape(modeler.get('elementFactory').createShape({ type: 'bpmn:UserTask' }), middle, source.parent);
    modeling.updateProperties(made, { name: 'Nieuwe stap' });
    modeling.reconnectEnd(flow, made, { x: made.x, y: middle.y });
    modeling.connect(made, target, { type: 'bpmn:SequenceFlow' });
  });
  return made;
}
