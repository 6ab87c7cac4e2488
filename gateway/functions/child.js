// The program of a Node.js function's process: answers calls as child.py does.
//
// Runs as `node child.js <descriptor>`, already walled in by node.py. Bytes on the
// descriptor are described in wire.py. What it needs stays in this closure: user code
// runs in the same process and must find neither the descriptor nor a call's nonce.
"use strict";
(() => {
  const fs = require("fs");
  const path = require("path");
  const util = require("util");
  const { pathToFileURL } = require("url");

  const OK = 1;
  const LAST = 2;
  const CALL_BYTES = 18;
  const REPLY_BYTES = 33;
  const MAX_PAYLOAD = 6291456;
  const MAX_LOG = 1 << 20;
  const MAX_LINE = 90 << 10;
  const MOST_FRAMES = 100;
  const LEVELS = { DEBUG: 10, INFO: 20, WARN: 30, WARNING: 30, ERROR: 40 };
  const ENTRY = "function entry exception";
  const INITIALIZATION = "function initialization exception";
  const INVOCATION = "function invocation exception";

  const { readSync, writeSync } = fs;
  const { stringify, parse } = JSON;
  const resourceUsage = process.resourceUsage.bind(process);
  const heapStatistics = require("v8").getHeapStatistics;
  // What Node.js itself holds beside the heap, in MB.
  const OWN_MB = 36;
  const firstPeak = resourceUsage().maxRSS;

  // The most memory held, in MB. What is held now is told by /proc, which is out of
  // reach. Until this process holds more than the one that started it, the kernel
  // tells that one's peak: then the heap has to do.
  function peakMemory() {
    const { maxRSS } = resourceUsage();
    if (maxRSS > firstPeak) return maxRSS / 1024;
    const { total_physical_size: heap, external_memory: more } = heapStatistics();
    return Math.min(maxRSS / 1024, OWN_MB + (heap + more) / 2 ** 20);
  }
  const hrtime = process.hrtime.bigint;
  const channel = Number(process.argv[2]);

  const monotonic = () => Number(hrtime()) / 1e9;

  function receive() {
    const head = readExactly(4);
    return head && readExactly(head.readUInt32BE(0));
  }

  function readExactly(size) {
    const data = Buffer.allocUnsafe(size);
    let filled = 0;
    while (filled < size) {
      const count = readSync(channel, data, filled, size - filled, null);
      if (count === 0) return null;
      filled += count;
    }
    return data;
  }

  function send(body) {
    const frame = Buffer.allocUnsafe(4 + body.length);
    frame.writeUInt32BE(body.length, 0);
    body.copy(frame, 4);
    for (let sent = 0; sent < frame.length; ) {
      sent += writeSync(channel, frame, sent);
    }
  }

  // What is printed. The gateway reads the file behind descriptor 1 from its start.

  let room = MAX_LOG;

  function print(chunk, encoding, done) {
    const text = typeof chunk === "string" ? Buffer.from(chunk, encoding) : chunk;
    const part = text.subarray(0, room);
    room -= part.length;
    try {
      if (part.length) writeSync(1, part);
    } catch (error) {
      // Somebody else filled the file: dropped, and the gateway says so.
      if (error.code !== "EPERM" && error.code !== "ENOSPC") throw error;
    }
    const callback = typeof encoding === "function" ? encoding : done;
    if (callback) callback();
    return true;
  }

  function emit(requestId, level, text) {
    const stamp = new Date().toISOString().slice(0, 19);
    for (let start = 0; start === 0 || start < text.length; start += MAX_LINE) {
      print(`${stamp}Z ${requestId} ${level} ${text.slice(start, start + MAX_LINE)}\n`);
    }
  }

  function logger(requestId) {
    let lowest = LEVELS.INFO;
    const at = (level) => (message, ...args) => {
      if (LEVELS[level] >= lowest) emit(requestId, level, util.format(message, ...args));
    };
    return {
      debug: at("DEBUG"),
      info: at("INFO"),
      warn: at("WARN"),
      warning: at("WARN"),
      error: at("ERROR"),
      setLevel(level) {
        lowest = typeof level === "number" ? level : LEVELS[level.toUpperCase()];
      },
    };
  }

  function makeContext(setup, requestId, deadline) {
    const { settings } = setup;
    const log = logger(requestId);
    const left = () => Math.max(0, Math.floor((deadline - monotonic()) * 1000));
    const empty = () => "";
    let state = null;
    let instanceId = "";
    return {
      getRequestID: () => requestId,
      getRemainingTimeInMilliSeconds: left,
      getUserData: (key, otherwise = null) =>
        Object.hasOwn(setup.user_data, key) ? setup.user_data[key] : otherwise,
      getLogger: () => log,
      getFunctionName: () => settings.FUNC_NAME,
      getVersion: () => settings.FUNC_VERSION,
      getPackage: () => settings.PACKAGE,
      getProjectID: () => settings.PROJECT_ID,
      getMemorySize: () => Number(settings.MEMORY),
      getCPUNumber: () => Number(settings.CPU),
      getRunningTimeInSeconds: () => Number(settings.TIMEOUT),
      getAlias: () => setup.alias,
      getToken: empty,
      getAccessKey: empty,
      getSecretKey: empty,
      getSecurityAccessKey: empty,
      getSecuritySecretKey: empty,
      getSecurityToken: empty,
      getState: () => state,
      setState: (value) => {
        state = value;
      },
      getInstanceID: () => instanceId,
      setInstanceID: (value) => {
        instanceId = value;
      },
      getInvokeID: () => requestId,
      getTraceID: () => requestId,
      getInvokeProperty: empty,
      getWorkflowID: empty,
      getWorkflowRunID: empty,
      getWorkflowStateID: empty,
    };
  }

  // Errors as the documented document (auth.md section 10.1).

  class HandlerNotFound extends Error {}

  function describe(error, where, code) {
    const known = error instanceof Error;
    const kind = known ? error.constructor.name || error.name : "Error";
    const message = known ? error.message : util.inspect(error);
    const stack = known ? stackOf(error, code) : [];
    const text = stringify({
      errorMessage: `${where}, error: ${message || kind}`,
      errorType: kind,
      stackTrace: stack,
    });
    return { text, shown: [`${kind}: ${message}`, ...stack].join("\n") };
  }

  function stackOf(error, code) {
    return String(error.stack)
      .split("\n")
      .filter((line) => line.startsWith("    at ") && !line.includes(__filename))
      .filter((line) => !/\(?node:/.test(line))
      .slice(0, MOST_FRAMES)
      .map((line) => line.replace(pathToFileURL(code) + "/", "").replace(code + "/", ""));
  }

  // Finding and calling user code.

  async function find(entry, code) {
    const dot = entry.lastIndexOf(".");
    const [place, name] = [entry.slice(0, dot), entry.slice(dot + 1)];
    const file = [".js", ".cjs", ".mjs"]
      .map((ending) => path.join(code, place + ending))
      // Not existsSync: what it asks does not know the right to read everything.
      .find((candidate) => fs.statSync(candidate, { throwIfNoEntry: false }));
    if (!file) throw new HandlerNotFound(`there is no module '${place}'`);
    const module = await load(file);
    const found = module[name] ?? module.default?.[name];
    if (typeof found !== "function") {
      throw new HandlerNotFound(`module '${place}' has no function '${name}'`);
    }
    return found;
  }

  async function load(file) {
    try {
      return require(file);
    } catch (error) {
      const module = error.code === "ERR_REQUIRE_ESM" || error.code === "ERR_REQUIRE_ASYNC_MODULE";
      const syntax = error instanceof SyntaxError && /import|export|await/.test(error.message);
      if (!module && !syntax) throw error;
      return import(pathToFileURL(file));
    }
  }

  // Rejects when user code fails where nobody awaits it.
  let crash = () => {};

  function called(target, takesCallback, ...args) {
    const crashed = new Promise((_, reject) => {
      crash = reject;
    });
    const returned = new Promise((resolve, reject) => {
      const callback = (error, value) => (error ? reject(error) : resolve(value));
      if (takesCallback) target(...args, callback);
      else resolve(target(...args));
    });
    return Promise.race([crashed, returned]);
  }

  function serialise(value) {
    const text = typeof value === "string" ? value : stringify(value) ?? "null";
    const result = Buffer.from(text);
    if (result.length > MAX_PAYLOAD) {
      throw new RangeError(`the result of ${result.length} bytes is over ${MAX_PAYLOAD}`);
    }
    return result;
  }

  class Instance {
    constructor(setup) {
      this.setup = setup;
      this.handler = null;
      this.mostKept = 0.8 * (Number(setup.settings.MEMORY) + 128);
    }

    async answer(frame) {
      const length = frame.readUInt16BE(CALL_BYTES - 2);
      const start = CALL_BYTES + length;
      const requestId = frame.toString("utf8", CALL_BYTES, start);
      const context = makeContext(this.setup, requestId, frame.readDoubleBE(8));
      room = MAX_LOG;
      let outcome = null;
      let readyMs = 0;
      if (this.handler === null) {
        outcome = await this.load(requestId, context);
        readyMs = (monotonic() - this.setup.started) * 1000;
      }
      const begun = monotonic();
      outcome = outcome ?? (await this.call(frame.toString("utf8", start), requestId, context));
      return this.reply(frame.subarray(0, 8), outcome, (monotonic() - begun) * 1000, readyMs);
    }

    async load(requestId, context) {
      const { handler, initializer, code } = this.setup;
      try {
        const found = await find(handler, code);
        if (initializer) {
          const prepare = await find(initializer, code);
          await called(prepare, prepare.length >= 2, context);
          send(Buffer.alloc(0));
        }
        this.handler = found;
        return null;
      } catch (error) {
        const where = error instanceof HandlerNotFound ? ENTRY : INITIALIZATION;
        return this.failed(error, where, requestId, LAST);
      }
    }

    async call(event, requestId, context) {
      try {
        const takesCallback = this.handler.length >= 3;
        const value = await called(this.handler, takesCallback, parse(event), context);
        return { flags: OK, result: serialise(value) };
      } catch (error) {
        return this.failed(error, INVOCATION, requestId, 0);
      }
    }

    failed(error, where, requestId, flags) {
      const { text, shown } = describe(error, where, this.setup.code);
      emit(requestId, "ERROR", shown);
      return { flags, result: Buffer.from(text) };
    }

    reply(nonce, { flags, result }, spentMs, readyMs) {
      const head = Buffer.alloc(REPLY_BYTES);
      nonce.copy(head);
      const peak = peakMemory();
      const full = peak > this.mostKept;
      head.writeUInt8(full ? flags | LAST : flags, 8);
      head.writeDoubleBE(spentMs, 9);
      head.writeDoubleBE(readyMs, 17);
      head.writeDoubleBE(peak, 25);
      return Buffer.concat([head, result]);
    }
  }

  async function main() {
    const setup = parse(receive().toString("utf8"));
    process.argv = [process.execPath, path.join(setup.code, "index.js")];
    process.env = {};
    for (const [name, text] of Object.entries(setup.settings)) {
      process.env[`RUNTIME_${name}`] = text;
    }
    if (setup.dependencies) require("module").globalPaths.push(setup.dependencies);
    delete require.cache[__filename];
    process.stdout.write = process.stderr.write = print;
    process.on("uncaughtException", (error) => crash(error));
    process.on("unhandledRejection", (error) => crash(error));
    // A handler that waits for ever is ended by its timeout, not by an empty loop.
    setInterval(() => {}, 1 << 30);
    const instance = new Instance(setup);
    for (let frame = receive(); frame !== null; frame = receive()) {
      send(await instance.answer(frame));
    }
    process.reallyExit(0);
  }

  main().catch((error) => {
    writeSync(2, `${error.stack}\n`);
    process.reallyExit(70);
  });
})();
