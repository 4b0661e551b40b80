// The numbers of the group view.
import { answersOf } from '../answers.js';
import { advantagesRequest, lossRequest } from './requests.js';

export const { shown, problem, ask, keepAsking } = answersOf(advantagesRequest, lossRequest);
