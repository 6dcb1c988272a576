import { runLane } from './run-lane.ts';
import { VotequorumProbe } from './votequorum.ts';

await runLane((bindings, options, lane) => new VotequorumProbe(bindings, options, lane));
