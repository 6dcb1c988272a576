import { runLane } from './run-lane.ts';
import { Services } from './services.ts';

await runLane((bindings, options, lane) => new Services(bindings, options, lane));
