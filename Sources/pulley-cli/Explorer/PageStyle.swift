extension ExplorerPage {
  static let style = #"""
    :root {
      color-scheme: light dark;
      --paper: #fbfaf7; --raised: #ffffff; --ink: #23262b; --faint: #6c727c; --rule: #e3e0d8;
      --accent: #0b5fa5; --near: #fff1c4; --pinned: #ffdf80; --bar: #c98a00;
      --s: #7a3e9d; --i: #0b6e4f; --p: #0b5fa5;
    }
    @media (prefers-color-scheme: dark) {
      :root {
        --paper: #16181c; --raised: #1d2025; --ink: #dfe2e6; --faint: #959ca7; --rule: #30343b;
        --accent: #7db8f0; --near: #3a3522; --pinned: #574a1b; --bar: #e0b040;
        --s: #cf9df0; --i: #76cfae; --p: #7db8f0;
      }
    }
    * { box-sizing: border-box; }
    [hidden] { display: none !important; }
    body {
      margin: 0; background: var(--paper); color: var(--ink);
      font: 15px/1.5 system-ui, sans-serif; overflow-wrap: anywhere;
    }
    header {
      position: sticky; top: 0; z-index: 2; padding: .7em 1em; background: var(--paper);
      border-bottom: 1px solid var(--rule);
      display: flex; flex-wrap: wrap; gap: .5em 1em; align-items: center;
    }
    h1 { margin: 0; font-size: 1.1em; unicode-bidi: isolate; }
    h1 small { font-weight: normal; color: var(--faint); margin-left: .5em; }
    #search { flex: 1 1 14em; min-width: 8em; max-width: 34em; }
    #search, #order {
      font: inherit; color: inherit; background: var(--raised); border: 1px solid var(--rule);
      border-radius: 6px; padding: .3em .6em;
    }
    #count, .hint { color: var(--faint); font-size: .9em; }
    kbd {
      font: inherit; border: 1px solid var(--rule); border-radius: 4px; padding: 0 .3em;
      background: var(--raised);
    }
    main { padding: .6em 1em 40vh; }
    .function {
      background: var(--raised); border: 1px solid var(--rule); border-radius: 8px;
      margin-bottom: .4em; scroll-margin-top: var(--top);
    }
    .function:not(.open) { content-visibility: auto; contain-intrinsic-size: auto 2.3em; }
    h2 { margin: 0; font-size: 1em; font-weight: normal; height: 2.4em; border-radius: 8px; }
    .open h2, .heads { position: sticky; z-index: 1; background: var(--raised); }
    .open h2 { top: var(--top); }
    .opener {
      width: 100%; height: 100%; display: flex; gap: 1em; align-items: center; padding: 0 .7em;
      font: inherit; color: inherit; text-align: start; background: none; border: 0;
      border-radius: 8px; cursor: pointer;
    }
    .opener::before { content: "▸"; color: var(--faint); flex: none; }
    .open .opener::before { content: "▾"; }
    .opener:hover .name { color: var(--accent); }
    .name {
      flex: 1; font-family: ui-monospace, monospace; font-size: .93em; unicode-bidi: isolate;
      overflow: hidden; text-overflow: ellipsis; white-space: nowrap;
    }
    .sizes { color: var(--faint); font-size: .85em; white-space: nowrap; }
    :focus-visible { outline: 2px solid var(--accent); outline-offset: -1px; }
    .body { font: 12.5px/1.5 ui-monospace, monospace; border-top: 1px solid var(--rule); }
    .chunk { content-visibility: auto; }
    .row {
      display: grid; align-items: start; column-gap: .8em; padding: 0 .7em;
      grid-template-columns: minmax(0, 4fr) minmax(0, 6fr) minmax(0, 6fr);
    }
    .row:hover { background: color-mix(in srgb, var(--rule) 30%, transparent); }
    .heads, .heads:hover {
      font-family: system-ui, sans-serif; font-weight: 600; padding-block: .3em;
      top: calc(var(--top) + 2.88em); background: var(--raised); border-bottom: 1px solid var(--rule);
    }
    .heads small { color: var(--faint); font-weight: normal; }
    .heads .s, .s .label { color: var(--s); }
    .heads .i { color: var(--i); }
    .heads .p, .p .label { color: var(--p); }
    .line {
      display: flex; gap: 1.2ch; padding: 0 .3em; border-radius: 3px; cursor: pointer;
      box-shadow: inset 2px 0 transparent;
    }
    .label { flex: none; min-width: 6ch; text-align: end; opacity: .75; }
    .p .label { min-width: 5ch; }
    .text { white-space: pre-wrap; min-width: 0; unicode-bidi: isolate; }
    .free, summary { color: var(--faint); }
    summary { padding: 0 .3em; cursor: pointer; }
    .moved .text { font-style: italic; }
    .from { margin-inline-start: auto; flex: none; color: var(--faint); font-size: .9em; }
    .target {
      color: var(--accent); unicode-bidi: isolate; flex: none; max-width: 40%;
      overflow: hidden; text-overflow: ellipsis; white-space: nowrap;
    }
    .near { background: var(--near); }
    .pinned { background: var(--pinned); box-shadow: inset 2px 0 var(--bar); color: var(--ink); }
    @media (max-width: 760px) {
      body { font-size: 14px; }
      header { padding: .5em .7em; }
      main { padding: .5em .5em 40vh; }
      .hint, h1 small { display: none; }
      h1 { flex: 1 0 100%; }
      .row { display: block; padding: 0 .4em; border-bottom: 1px solid var(--rule); }
      .row.heads { display: flex; gap: 1em; flex-wrap: wrap; }
      .body { font-size: 12px; }
      .row:not(.heads) .i, .row:not(.heads) .p { margin-inline-start: .8em; }
      .row:not(.heads) .i { border-inline-start: 3px solid var(--i); }
      .row:not(.heads) .p { border-inline-start: 3px solid var(--p); }
      .row:not(.heads) .s { font-weight: 600; }
      .sizes { white-space: normal; text-align: end; }
    }
    @media print { header { position: static; } }

    """#
}
