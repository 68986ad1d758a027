export { planBlock, planBlocks, remainingTrials, type PlanInput, type PlannedTrial } from './blocks.js';
export { BudgetPlanner } from './budget.js';
export { makeCases } from './matrix.js';
