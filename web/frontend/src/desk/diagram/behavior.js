/* What follows by itself from a change, within the same step of undo. */

import CommandInterceptor from 'diagram-js/lib/command/CommandInterceptor';
import { onlyFrom } from './ladder.js';
import { is, timerOf } from './model.js';

/** Every timer says which calendar it counts with: without one the file cannot run. */
class Terms extends CommandInterceptor {
  constructor(eventBus, modeling) {
    super(eventBus);
    this.postExecuted(['shape.create', 'elements.create'], ({ context }) => {
      for (const shape of context.elements ?? [context.shape]) {
        const { businessObject } = shape;
        if (!businessObject || shape.labelTarget || !timerOf(businessObject) || businessObject.get('meldcode:calendar')) continue;
        modeling.updateProperties(shape, {
          'meldcode:calendar': 'werkdagen',
          'meldcode:purpose': businessObject.get('meldcode:purpose') ?? 'termijn',
        });
      }
    });
  }
}
Terms.$inject = ['eventBus', 'modeling'];

/** With a task go the mails and ends of its ladder, which nothing else leads to. */
class Ladders extends CommandInterceptor {
  constructor(eventBus, modeling) {
    super(eventBus);
    this.preExecute('elements.delete', ({ context }) => {
      const gone = new Set(context.elements);
      const more = context.elements
        .filter((one) => is(one, 'bpmn:Activity'))
        .flatMap((task) => (task.attachers ?? []).filter((one) => timerOf(one.businessObject)))
        .flatMap((timer) => onlyFrom(timer))
        .filter((one) => !gone.has(one));
      if (more.length) modeling.removeElements([...new Set(more)]);
    });
  }
}
Ladders.$inject = ['eventBus', 'modeling'];

export const behaviorModule = {
  __init__: ['meldcodeTerms', 'meldcodeLadders'],
  meldcodeTerms: ['type', Terms],
  meldcodeLadders: ['type', Ladders],
};
