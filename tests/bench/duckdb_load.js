// DuckDB's read_csv of a file into a table of a fresh base, on all cores; every field a text, as `.import` takes it.
// duckdb_load.js MODULE FILE BASE NAMES (with commas)
const [module_path, file, base, names] = process.argv.slice(2);
const { DuckDBInstance } = require(module_path);

const text = (word) => `'${word.replaceAll("'", "''")}'`;

(async () => {
  const instance = await DuckDBInstance.create(base);
  const db = await instance.connect();
  const options = `delim = ';', header = false, quote = '"', all_varchar = true, names = [${names.split(",").map(text)}]`;
  await db.run(`create table t as select * from read_csv(${text(file)}, ${options})`);
  await db.run("checkpoint");
  db.closeSync();
  instance.closeSync();
})();
