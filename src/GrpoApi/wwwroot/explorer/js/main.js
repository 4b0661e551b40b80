// The page, top to bottom: every part fills its place in index.html and follows the signals that it reads.
import { html, render } from './view.js';
import { keepAddress } from './address.js';
import { Advantages } from './group/advantages.js';
import { keepAsking } from './group/answers.js';
import { Beside, keepComparing } from './group/beside.js';
import { Controls, Presets } from './group/controls.js';
import { Given } from './group/given.js';
import { Steps } from './group/step.js';
import { Sentence, Source, Summary, Trouble, keepSentence } from './group/summary.js';
import { Terms, Worked } from './group/terms.js';
import { AdvantageChart, GradientChart } from './charts/bars.js';
import { ClipCurves, TokenClipCurves } from './charts/clip.js';
import { KlChart } from './charts/kl.js';
import { ShiftChart } from './charts/shift.js';
import { Key } from './key.js';
import { resume } from './learn/state.js';
import { Learning } from './learn/view.js';
import { Stages, keepDiscovering } from './pipeline/stages.js';
import { Share } from './share.js';
import { Theme, apply } from './theme.js';
import { Completions } from './tokens/completions.js';
import { Form, Move } from './tokens/form.js';
import { keepAsking as keepAskingForTokens, sample, sampledOnce } from './tokens/state.js';
import { TokenTable } from './tokens/table.js';

const place = (id, content) => render(content, document.getElementById(id));

apply();
place('theme', html`<${Theme} />`);
place('key', html`<${Key} />`);
place('presets', html`<${Presets} />`);
place('summary', html`<div class="result"><${Summary} /><${Source} /><${Sentence} /><${Trouble} /></div>`);
place('controls', html`<${Controls} />`);
place('given', html`<${Given} />`);
place('steps', html`<${Steps} />`);
place('advantages', html`<${Advantages} />`);
place('terms', html`<${Terms} />`);
place('worked', html`<${Worked} />`);
place('clip', html`<${ClipCurves} />`);
place('charts', html`<${GradientChart} /><${AdvantageChart} /><${ShiftChart} /><${KlChart} />`);
place('beside', html`<${Beside} />`);
place('form', html`<${Form} />`);
place('move', html`<${Move} />`);
place('completions', html`<${Completions} />`);
place('token-clip', html`<${TokenClipCurves} />`);
place('token-table', html`<${TokenTable} />`);
place('learning', html`<${Learning} />`);
place('stages', html`<${Stages} />`);
place('sharing', html`<${Share} />`);

keepAsking();
keepComparing();
keepSentence();
keepAskingForTokens();
resume();
keepDiscovering(document.getElementById('pipeline'));
// A link to a sampled group samples it again: the same seed, the same completions.
if (sampledOnce.peek()) sample();
keepAddress();
// On a phone the settings come before the group; there they open on request.
document.querySelector('.settings').open = matchMedia('(min-width: 62rem)').matches;
document.documentElement.dataset.ready = 'true';
