#include "config/settings.hpp"

#include "config/values.hpp"
#include "tests/config/folder.hpp"

namespace jobhost::config {
namespace {

using namespace std::chrono_literals;

class SettingsFile : public FolderTest {};

TEST_F(SettingsFile, EmptyFileIsAValidHost) {
    const Settings settings = this->settings("");

    EXPECT_EQ(settings.server.application, "default");
    EXPECT_EQ(settings.server.workers, default_workers());
    EXPECT_EQ(settings.server.stop_timeout, 30s);
    EXPECT_EQ(settings.queues, std::vector<QueueSettings>{{.name = {"default"}}});
    EXPECT_TRUE(settings.definitions.empty());
    EXPECT_TRUE(is_name(settings.server.name)) << settings.server.name;
}

TEST_F(SettingsFile, FileOfCommentsAndEmptySectionsIsValid) {
    EXPECT_EQ(host_says("# nothing\n"), "");
    EXPECT_EQ(host_says("server:\nstorage: ~\nplugins: {}\nqueues:\nlog:\ndefinitions:\n"), "");
}

TEST_F(SettingsFile, EverySettingIsRead) {
    const Settings settings = this->settings(R"(
server: {name: reports-1, application: shop, workers: 8, state_folder: /var/lib/jobhost, stop_timeout: 1m30s}
storage: {url: "postgresql://db/jobs", schema: shop, timeout: 5s}
plugins:
  folder: /usr/lib/jobhost
  start_timeout: 250ms
  drain_timeout: 2h
  trust:
    users: [deploy, 1000]
    policy: signature
    allowlist: /etc/jobhost/plugins.sha256
    public_keys: [RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3]
    minimum_versions: {images: 1.2.0, mail: "2.0.0-rc.1"}
queues: {critical: {}, default: {}, reports: }
log: {level: warning, format: json}
definitions: [jobs.d/*.yaml, /etc/jobs/*.yaml]
)");

    EXPECT_EQ(settings.server.name, "reports-1");
    EXPECT_EQ(settings.server.application, "shop");
    EXPECT_EQ(settings.server.workers, 8);
    EXPECT_EQ(settings.server.state_folder, "/var/lib/jobhost");
    EXPECT_EQ(settings.server.stop_timeout, 90s);
    EXPECT_EQ(settings.storage.url, "postgresql://db/jobs");
    EXPECT_EQ(settings.storage.schema, "shop");
    EXPECT_EQ(settings.storage.timeout, 5s);
    EXPECT_EQ(settings.plugins.folder, "/usr/lib/jobhost");
    EXPECT_EQ(settings.plugins.start_timeout, 250ms);
    EXPECT_EQ(settings.plugins.drain_timeout, 2h);
    const TrustSettings& trust = settings.plugins.trust;
    EXPECT_EQ(trust.users, (std::vector<std::string>{"deploy", "1000"}));
    EXPECT_EQ(trust.policy, TrustPolicy::signature);
    EXPECT_EQ(trust.allowlist, "/etc/jobhost/plugins.sha256");
    EXPECT_EQ(trust.public_keys,
              (std::vector<std::string>{"RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3"}));
    EXPECT_EQ(trust.minimum_versions,
              (std::map<std::string, std::string>{{"images", "1.2.0"}, {"mail", "2.0.0-rc.1"}}));
    EXPECT_EQ(settings.queues, (std::vector<QueueSettings>{
                                   {.name = {"critical"}}, {.name = {"default"}}, {.name = {"reports"}}}));
    EXPECT_EQ(settings.log.level, LogLevel::warning);
    EXPECT_EQ(settings.log.format, LogFormat::json);
    EXPECT_EQ(settings.definitions,
              (std::vector<std::string>{(folder() / "jobs.d/*.yaml").string(), "/etc/jobs/*.yaml"}));
}

TEST_F(SettingsFile, RelativePathsAreTakenFromTheFolderOfTheFile) {
    const Settings settings = this->settings(
        "server: {state_folder: ../state}\nplugins: {folder: ./lib/, trust: {allowlist: a}}\n");

    EXPECT_EQ(settings.server.state_folder, folder().parent_path() / "state");
    EXPECT_EQ(settings.plugins.folder, folder() / "lib/");
    EXPECT_EQ(settings.plugins.trust.allowlist, folder() / "a");
    EXPECT_EQ(settings.storage.url, "sqlite:" + (folder() / "jobhost.db").string());
}

TEST_F(SettingsFile, ConfigurationKnowsItsFileAndFolder) {
    write("jobhost.yaml", "");
    const Configuration configuration = this->configuration();

    EXPECT_EQ(configuration.file, folder() / "jobhost.yaml");
    EXPECT_EQ(configuration.folder, folder());
}

TEST_F(SettingsFile, MissingFileIsOneErrorWithARemedy) {
    EXPECT_EQ(errors(), std::vector<std::string>{
                            "jobhost.yaml  is not there  name another by -c FILE, or make this one; an "
                            "empty file will do"});
}

TEST_F(SettingsFile, FolderInPlaceOfTheFileIsRefused) {
    std::filesystem::create_directory(folder() / "jobhost.yaml");
    EXPECT_EQ(errors(), std::vector<std::string>{"jobhost.yaml  is a folder"});
}

TEST_F(SettingsFile, UnknownKeyIsRefusedAndTheNearestNamed) {
    EXPECT_EQ(host_says("sever: {}\n"), "jobhost.yaml:1:1  sever  is not a setting  did you mean 'server'?");
    EXPECT_EQ(host_says("log:\n  Level: info\n"),
              "jobhost.yaml:2:3  log.Level  is not a setting  did you mean 'level'?");
    EXPECT_EQ(host_says("server: {wokrers: 1}\n"),
              "jobhost.yaml:1:10  server.wokrers  is not a setting  did you mean 'workers'?");
    EXPECT_EQ(host_says("dashboard: {}\n"),
              "jobhost.yaml:1:1  dashboard  is not a setting  known here: server, storage, retention, "
              "plugins, queues, limits, log, definitions");
}

TEST_F(SettingsFile, JobsInTheHostFileAreSentToADefinitionFile) {
    EXPECT_EQ(host_says("jobs: {}\n"),
              "jobhost.yaml:1:1  jobs  belongs in a definition file  name that file under 'definitions'");
}

TEST_F(SettingsFile, KeySetTwiceIsRefused) {
    EXPECT_EQ(host_says("log: {}\nserver: {workers: 1}\nlog: {}\n"),
              "jobhost.yaml:3:1  log  is already set at line 1");
    EXPECT_EQ(host_says("queues:\n  a: {}\n  \"a\": {}\n"),
              "jobhost.yaml:3:3  queues.a  is already set at line 2");
}

TEST_F(SettingsFile, ValueOfTheWrongKindIsRefused) {
    EXPECT_EQ(host_says("server: 5\n"), "jobhost.yaml:1:9  server  must be a mapping, is text");
    EXPECT_EQ(host_says("server: [a]\n"), "jobhost.yaml:1:9  server  must be a mapping, is a list");
    EXPECT_EQ(host_says("server: {name: [a]}\n"), "jobhost.yaml:1:16  server.name  must be text, is a list");
    EXPECT_EQ(host_says("definitions: a.yaml\n"), "jobhost.yaml:1:14  definitions  must be a list, is text");
    EXPECT_EQ(host_says("definitions: [{a: b}]\n"),
              "jobhost.yaml:1:15  definitions[0]  must be text, is a mapping");
}

TEST_F(SettingsFile, EmptyValueIsRefusedAtItsKey) {
    EXPECT_EQ(host_says("server:\n  name:\n  workers: 1\n"),
              "jobhost.yaml:2:3  server.name  has no value  write one or remove the key");
    EXPECT_EQ(host_says("server:\n  workers:\n"),
              "jobhost.yaml:2:3  server.workers  must be a whole number, is empty");
}

TEST_F(SettingsFile, NumberMustBeWholeAndInRange) {
    EXPECT_EQ(host_says("server: {workers: 0}\n"),
              "jobhost.yaml:1:19  server.workers  must be 1 to 1000, is 0");
    EXPECT_EQ(host_says("server: {workers: 1001}\n"),
              "jobhost.yaml:1:19  server.workers  must be 1 to 1000, is 1001");
    EXPECT_EQ(host_says("server: {workers: 99999999999999999999}\n"),
              "jobhost.yaml:1:19  server.workers  must be 1 to 1000, is 99999999999999999999");
    EXPECT_EQ(host_says("server: {workers: 2.5}\n"),
              "jobhost.yaml:1:19  server.workers  must be a whole number, is '2.5'");
    EXPECT_EQ(host_says("server: {workers: many}\n"),
              "jobhost.yaml:1:19  server.workers  must be a whole number, is 'many'");
    EXPECT_EQ(host_says("server: {workers: \"8\"}\n"),
              "jobhost.yaml:1:19  server.workers  must be a whole number, is text  remove the quotes");
}

TEST_F(SettingsFile, DurationNeedsItsUnitAndRange) {
    EXPECT_EQ(host_says("server: {stop_timeout: 30}\n"),
              "jobhost.yaml:1:24  server.stop_timeout  must be a duration, is '30'  write it like 250ms, "
              "30s, 5m, 1h30m "
              "or 2d");
    EXPECT_EQ(host_says("server: {stop_timeout: 25h}\n"),
              "jobhost.yaml:1:24  server.stop_timeout  must be 0s to 1d, is '25h'");
    EXPECT_EQ(host_says("storage: {timeout: 0s}\n"),
              "jobhost.yaml:1:20  storage.timeout  must be 1ms to 1h, is '0s'");
}

TEST_F(SettingsFile, NameMustBeAName) {
    EXPECT_EQ(
        host_says("server: {application: my shop}\n"),
        "jobhost.yaml:1:23  server.application  must be 1 to 100 of the characters A-Z a-z 0-9 _ . -, is 'my "
        "shop'");
    EXPECT_EQ(host_says("server: {name: ''}\n"),
              "jobhost.yaml:1:16  server.name  must be 1 to 100 of the characters A-Z a-z 0-9 _ . -, is ''");
    EXPECT_EQ(host_says("server: {name: " + std::string(100, 'a') + "}\n"), "");
    EXPECT_EQ(host_says("server: {name: " + std::string(101, 'a') + "}\n"),
              "jobhost.yaml:1:16  server.name  must be 1 to 100 of the characters A-Z a-z 0-9 _ . -, is '" +
                  std::string(60, 'a') + "...'");
}

TEST_F(SettingsFile, WordMustBeOneOfThoseKnown) {
    EXPECT_EQ(host_says("log: {level: warn}\n"),
              "jobhost.yaml:1:14  log.level  must be debug, info, warning or error, is 'warn'  did you mean "
              "'warning'?");
    EXPECT_EQ(host_says("log: {level: inof}\n"),
              "jobhost.yaml:1:14  log.level  must be debug, info, warning or error, is 'inof'  did you mean "
              "'info'?");
    EXPECT_EQ(host_says("log: {format: xml}\n"),
              "jobhost.yaml:1:15  log.format  must be text or json, is 'xml'");
}

TEST_F(SettingsFile, QueueMustBeNamedAndHasNoSettingsYet) {
    EXPECT_EQ(host_says("queues: {}\n"),
              "jobhost.yaml:1:9  queues  must name a queue  remove the key to get the queue 'default'");
    EXPECT_EQ(host_says("queues: {a: {wieght: 2}}\n"),
              "jobhost.yaml:1:14  queues.a.wieght  is not a setting  did you mean 'weight'?");
    EXPECT_EQ(
        host_says("queues: {\"a b\": {}}\n"),
        "jobhost.yaml:1:10  queues.'a b'  must be 1 to 100 of the characters A-Z a-z 0-9 _ . -, is 'a b'");
    EXPECT_EQ(host_says("queues: [a]\n"), "jobhost.yaml:1:9  queues  must be a mapping, is a list");
}

TEST_F(SettingsFile, StorageUrlMustNameADatabaseAndIsNeverShown) {
    EXPECT_EQ(host_says("storage: {url: \"mysql://root:secret@db\"}\n"),
              "jobhost.yaml:1:16  storage.url  must start with sqlite:, postgresql:// or odbc:");
    EXPECT_EQ(host_says("storage: {url: \"postgressql://root:secret@db\"}\n"),
              "jobhost.yaml:1:16  storage.url  must start with sqlite:, postgresql:// or odbc:  did you mean "
              "'postgresql://'?");
    EXPECT_EQ(host_says("storage: {url: \"sqlite:\"}\n"),
              "jobhost.yaml:1:16  storage.url  names no file  write it like sqlite:jobhost.db");
    EXPECT_EQ(host_says("storage: \"postgresql://root:secret@db\"\n"),
              "jobhost.yaml:1:10  storage  must be a mapping, is text");
}

TEST_F(SettingsFile, StorageUrlIsSpeltInOneWay) {
    EXPECT_EQ(settings("storage: {url: \"postgres://db/jobs\"}\n").storage.url, "postgresql://db/jobs");
    EXPECT_EQ(settings("storage: {url: \"sqlite:data/../jobs.db\"}\n").storage.url,
              "sqlite:" + (folder() / "jobs.db").string());
    EXPECT_EQ(settings("storage: {url: \"odbc:DSN=jobs\"}\n").storage.url, "odbc:DSN=jobs");
}

TEST_F(SettingsFile, SchemaMustNeedNoQuotes) {
    for (const std::string& name : {std::string("jobhost"), std::string("_a1"), std::string(63, 'a')})
        EXPECT_EQ(host_says("storage: {schema: " + name + "}\n"), "");
    for (const std::string name : {"Shop", "1a", "pg_jobs", "a-b", "ä"})
        EXPECT_EQ(
            host_says("storage: {schema: " + name + "}\n"),
            "jobhost.yaml:1:19  storage.schema  must be 1 to 63 of the characters a-z 0-9 _ and begin with "
            "neither a digit nor pg_, is '" +
                name + "'");
    EXPECT_NE(host_says("storage: {schema: " + std::string(64, 'a') + "}\n"), "");
    EXPECT_NE(host_says("storage: {schema: ''}\n"), "");
}

TEST_F(SettingsFile, ReferenceIsRefusedUnlessEscaped) {
    EXPECT_EQ(host_says("storage: {url: \"${env:DATABASE_URL}\"}\n"),
              "jobhost.yaml:1:16  storage.url  unknown reference '${env:DATABASE_URL}'  write $${ for a "
              "literal ${");
    EXPECT_EQ(settings("plugins: {folder: \"$${x}\"}\n").plugins.folder, folder() / "${x}");
}

TEST_F(SettingsFile, WhomPluginsAreTrustedByIsChecked) {
    const auto says = [&](const std::string& trust) {
        return host_says("plugins: {trust: {" + trust + "}}\n");
    };
    EXPECT_EQ(says("policy: allowlist"), "");
    EXPECT_EQ(says("policy: all"),
              "jobhost.yaml:1:27  plugins.trust.policy  must be owner, allowlist or signature, is 'all'");
    EXPECT_EQ(
        says("policy: signature"),
        "jobhost.yaml:1:27  plugins.trust.policy  needs keys that signatures can be checked with  write "
        "public_keys beside it");
    for (const std::string key : {"RWQf6LRC", "RUQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3",
                                  "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GF=="})
        EXPECT_EQ(says("policy: signature, public_keys: [" + key + "]"),
                  "jobhost.yaml:1:52  plugins.trust.public_keys[0]  is no public key of minisign  write the "
                  "second line of its .pub file: 56 characters that begin with RW");
    EXPECT_EQ(
        says("minimum_versions: {images: 1.2}"),
        "jobhost.yaml:1:46  plugins.trust.minimum_versions.images  must be a version like 1.2.0, is '1.2'");
    EXPECT_EQ(says("minimum_versions: {images: }"),
              "jobhost.yaml:1:46  plugins.trust.minimum_versions.images  has no value  write one or remove "
              "the key");
    EXPECT_EQ(says("allowlist: ''"), "jobhost.yaml:1:30  plugins.trust.allowlist  names no file");
    EXPECT_EQ(says("allowlist: a, public_keys: [], minimum_versions: "), "");
}

TEST_F(SettingsFile, AQueueMayHaveAWeightAndACap) {
    EXPECT_EQ(settings("queues: {critical: {weight: 3}, reports: {weight: 1, workers: 2}}\n").queues,
              (std::vector<QueueSettings>{{.name = {"critical"}, .weight = 3},
                                          {.name = {"reports"}, .weight = 1, .workers = 2}}));
    EXPECT_EQ(host_says("queues: {a: {weight: 1000, workers: 1000}}\n"), "");
}

TEST_F(SettingsFile, WeightsAndCapsOfQueuesHaveRanges) {
    for (const std::string name : {"weight", "workers"})
        for (const std::string value : {"0", "1001"})
            EXPECT_EQ(
                host_says("queues: {a: {" + name + ": " + value + "}}\n"),
                host_says("server: {workers: " + value + "}\n")
                    .replace(0, std::string("jobhost.yaml:1:19  server.workers").size(),
                             "jobhost.yaml:1:" + std::to_string(16 + name.size()) + "  queues.a." + name));
}

TEST_F(SettingsFile, AllErrorsComeAtOnceInTheirOrder) {
    EXPECT_EQ(host_says("log: {level: loud}\nserver:\n  workers: none\n  workers: 3\n  nam: a\nqueues: 5\n"),
              "jobhost.yaml:1:14  log.level  must be debug, info, warning or error, is 'loud'\n"
              "jobhost.yaml:3:12  server.workers  must be a whole number, is 'none'\n"
              "jobhost.yaml:4:3  server.workers  is already set at line 3\n"
              "jobhost.yaml:5:3  server.nam  is not a setting  did you mean 'name'?\n"
              "jobhost.yaml:6:9  queues  must be a mapping, is text");
}

TEST_F(SettingsFile, HowPluginsAreRun) {
    const PluginSettings plugins = settings(R"(
plugins:
  overrides:
    reports: {isolation: process_per_job, limits: {memory: 2GiB}, recycle: {memory_growth: none}}
    quick: {isolation: in_process}
    strange.name: {sandbox: {profile: strict, readable: [in], writable: [/srv/out], network: true, programs: true}}
  limits: {memory: 64MiB, cpu_time: 5s, output: 100KiB, descriptors: 64}
  recycle: {runs: 7, age: 1m, memory_growth: 3MiB}
  sandbox: {profile: none}
)")
                                       .plugins;
    EXPECT_EQ(plugins.hosting.isolation, Isolation::process);
    EXPECT_EQ(plugins.hosting.limits, (WorkerLimits{std::uint64_t{64} << 20, 5s, 100 * 1024, 64}));
    EXPECT_EQ(plugins.hosting.recycle, (Recycling{7, 1min, std::uint64_t{3} << 20}));
    EXPECT_EQ(plugins.hosting.sandbox.profile, SandboxProfile::none);

    PluginHosting reports = plugins.hosting;  // though it is written after the overrides
    reports.isolation = Isolation::process_per_job;
    reports.limits.memory = std::uint64_t{2} << 30;
    reports.recycle.memory_growth.reset();
    EXPECT_EQ(plugins.overrides.at("reports"), reports);
    EXPECT_EQ(plugins.overrides.at("quick").isolation, Isolation::in_process);
    const Sandbox strict{SandboxProfile::strict, {folder() / "in"}, {"/srv/out"}, true, true};
    EXPECT_EQ(plugins.overrides.at("strange.name").sandbox, strict);
    EXPECT_EQ(plugins.overrides.at("strange.name").limits, plugins.hosting.limits);
}

TEST_F(SettingsFile, WhatPluginsCannotBeRunBy) {
    const auto says = [&](const std::string& plugins) { return host_says("plugins: {" + plugins + "}\n"); };
    EXPECT_NE(says("limits: {memory: 1MiB}").find("must be 32MiB to 1024TiB, is '1MiB'"), std::string::npos);
    EXPECT_NE(says("limits: {memory: lots}").find("write it like 64KiB, 512MiB or 2GiB"), std::string::npos);
    EXPECT_NE(says("limits: {memory: 99999999999TiB}").find("must be a number of bytes"), std::string::npos);
    EXPECT_NE(says("limits: {descriptors: 3}").find("must be 32 to 1000000"), std::string::npos);
    EXPECT_NE(says("limits: {cpu_time: 0s}").find("must be 1ms"), std::string::npos);
    EXPECT_NE(says("sandbox: strict").find("must be a mapping"), std::string::npos);
    EXPECT_NE(says("sandbox: {network: 1}").find("must be true or false"), std::string::npos);
    EXPECT_NE(says("isolation: thread").find("in_process"), std::string::npos);
    EXPECT_NE(says("overrides: {images.so: {}}").find("leave .so away: images"), std::string::npos);
    EXPECT_NE(says("overrides: {images: {folder: x}}").find("folder"), std::string::npos);
}

}  // namespace
}  // namespace jobhost::config
