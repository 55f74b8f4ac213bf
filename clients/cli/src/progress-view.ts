import { MultiBar, Presets, type SingleBar } from 'cli-progress';
import { say, type World } from './world.ts';

/** Sending is the first part of a bar, transcribing the rest. */
const SENT_PERCENT = 20;
/** Without a terminal a line is written each time so much more is done. */
const LINE_PERCENT = 25;

/** Tells how one source does. */
export interface SourceView {
  sent: (fraction: number) => void;
  ordered: (id: string) => void;
  progress: (percent: number) => void;
  ended: (line: string) => void;
}

/** Tells how the sources do: by bars on a terminal, else by lines. */
export interface ProgressView {
  begin: (name: string) => SourceView;
  close: () => void;
}

export function progressView(world: World): ProgressView {
  return world.stderr.isTTY === true ? new Bars(world) : new Lines(world);
}

class Lines implements ProgressView {
  private readonly world: World;

  constructor(world: World) {
    this.world = world;
  }

  begin(name: string): SourceView {
    let next = LINE_PERCENT;
    return {
      sent: (fraction) => {
        if (fraction >= 1) say(this.world, `${name}: sent`);
      },
      ordered: (id) => say(this.world, `${name}: transcription ${id}`),
      progress: (percent) => {
        if (percent < next || percent >= 100) return;
        next = percent + LINE_PERCENT;
        say(this.world, `${name}: ${percent} %`);
      },
      ended: (line) => say(this.world, `${name}: ${line}`),
    };
  }

  close(): void {
    // A line is complete when it is written.
  }
}

class Bars implements ProgressView {
  private readonly bars: MultiBar;

  constructor({ stderr }: World) {
    const options = {
      stream: stderr as NodeJS.WritableStream,
      format: '{bar} {percentage} % {name} {note}',
      gracefulExit: false,
    };
    this.bars = new MultiBar({ ...options, hideCursor: true, clearOnComplete: false }, Presets.shades_classic);
  }

  begin(name: string): SourceView {
    const bar: SingleBar = this.bars.create(100, 0, { name, note: '' });
    return {
      sent: (fraction) => bar.update(Math.floor(fraction * SENT_PERCENT), { note: 'sending' }),
      ordered: (id) => bar.update(SENT_PERCENT, { note: id }),
      progress: (percent) => bar.update(SENT_PERCENT + Math.floor((percent * (100 - SENT_PERCENT)) / 100)),
      ended: (line) => {
        bar.update({ note: line });
        bar.stop();
        this.bars.update();
      },
    };
  }

  close(): void {
    this.bars.stop();
  }
}
