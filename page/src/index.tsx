import 'uplot/dist/uPlot.min.css';
import './style.css';
import { render } from 'preact';
import { start } from './state';
import { App } from './ui/app';

const place = document.getElementById('app');
if (place !== null) void start().then(() => render(<App />, place));
