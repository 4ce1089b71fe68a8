// @ts-check
import { spawn } from 'node:child_process';

const keptOutput = 64 * 1024;

/**
 * Runs a command to its end and answers its exit code with the tail of its output, both streams together.
 * A command that cannot be started answers code 127 with the reason as output.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd: string, env: NodeJS.ProcessEnv }} options
 * @returns {Promise<{ code: number, output: string }>}
 */
export function run(command, args, { cwd, env }) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'], ...shellOnWindows(command) });
    let output = '';
    const keep = (/** @type {string} */ text) => {
      output = (output + text).slice(-keptOutput);
    };
    child.stdout.setEncoding('utf8').on('data', keep);
    child.stderr.setEncoding('utf8').on('data', keep);
    child.on('error', (error) => resolve({ code: 127, output: error.message }));
    child.on('close', (code, signal) =>
      resolve({ code: code ?? 1, output: signal ? `${output}\nended by ${signal}` : output }),
    );
  });
}

/**
 * Hands the terminal to a command and answers its exit code. A signal sent to this process alone is passed on;
 * one from the terminal reaches the command by itself, so this process only has to outlive it.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd: string, env: NodeJS.ProcessEnv }} options
 * @returns {Promise<number>}
 */
export function handOver(command, args, { cwd, env }) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env, stdio: 'inherit', ...shellOnWindows(command) });
    const outlive = () => {};
    const passOn = (/** @type {NodeJS.Signals} */ signal) => child.kill(signal);
    process.on('SIGINT', outlive).on('SIGTERM', passOn).on('SIGHUP', passOn);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      process.off('SIGINT', outlive).off('SIGTERM', passOn).off('SIGHUP', passOn);
      resolve(code ?? (signal === 'SIGINT' ? 130 : 143));
    });
  });
}

/** npm and the commands in node_modules/.bin are .cmd files there, which only a shell starts. @param {string} command */
function shellOnWindows(command) {
  return process.platform === 'win32' && !command.endsWith('.exe') ? { shell: true } : {};
}
