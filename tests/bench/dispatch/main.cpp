// The program `dispatch_bench`: what it costs to hand a job to a worker, a process or a thread, and to hear
// how it ended.
#include "host/plugin/worker_process.hpp"
#include "storage/bench/figures.hpp"

#include <CLI/CLI.hpp>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <stdexcept>
#include <string>
#include <unistd.h>
#include <vector>

namespace {

using namespace jobhost;
using Steady = std::chrono::steady_clock;

struct Options {
    std::filesystem::path plugin;
    std::filesystem::path worker;
    int rounds = 5;
    int runs = 20'000;
};

double microseconds(Steady::duration time) {
    return std::chrono::duration<double, std::micro>(time).count();
}

// Workers that are kept busy: each has up to `window` jobs that have not ended.
class Load final : public host::WorkerObserver {
public:
    Load(boost::asio::io_context& io, const host::PluginImage& image, const host::WorkerOptions& options,
         int window)
        : io_{io}, window_{window}, process_{io, image, options, *this} {}
    Load(boost::asio::io_context& io, host::ResidentPlugin& resident, int window)
        : io_{io}, window_{window}, process_{io, resident, {}, *this} {}

    bool is_ready() const { return is_ready_; }
    bool is_done() const { return finished_ == total_; }
    const std::vector<double>& times() const { return times_; }  // us, of one job after the other

    void begin(int total) {
        total_ = total;
        begun_ = finished_ = 0;
        times_.clear();
        fill();
    }

    void on_ready(const host::PluginDescription&) override { is_ready_ = true; }
    void on_refused(const std::string& reason, const std::string&) override {
        throw std::runtime_error{reason};
    }
    void on_log(std::optional<JobId>, host::LogLevel, const std::string&) override {}
    void on_output(std::optional<JobId>, host::Stream, const std::string&) override {}
    void on_request(worker::RequestMessage) override {}
    void on_finished(host::RunResult result) override {
        if (result.how != host::RunResult::How::succeeded) throw std::runtime_error{result.error_message};
        if (window_ == 1) times_.push_back(microseconds(Steady::now() - begun_at_));
        if (++finished_ == total_) return io_.stop();
        fill();
    }
    void on_not_begun(std::size_t) override { throw std::runtime_error{"jobs came back"}; }
    void on_ended(const std::string& how) override { throw std::runtime_error{"a worker ended: " + how}; }

private:
    void fill() {
        host::RunRequest request;
        request.type = "bench.noop";
        request.arguments = R"({"to":"somebody@example.com","template":"monthly","page":12})";
        for (; begun_ < total_ && begun_ - finished_ < window_; ++begun_) {
            request.job = JobId{begun_ + 1};
            begun_at_ = Steady::now();
            process_.run(request);
        }
    }

    boost::asio::io_context& io_;
    const int window_;
    bool is_ready_ = false;
    int total_ = 0;
    int begun_ = 0;
    int finished_ = 0;
    Steady::time_point begun_at_;
    std::vector<double> times_;
    host::WorkerProcess process_;
};

struct Figures {
    double round_trip = 0;  // us, median
    double rate = 0;        // jobs a second
};

enum class Place { process, thread };

Figures measure(const Options& options, Place place, int workers, int window) {
    boost::asio::io_context io{1};
    const auto image = std::make_shared<const host::PluginImage>(host::PluginImage::open(options.plugin, {}));
    host::WorkerOptions worker_options;
    worker_options.program = options.worker;
    host::ResidentPlugin resident{image,
                                  {.log = [](worker::LogLevel, const std::string&) {},
                                   .closed = [](bool, int) {},
                                   .end_host = [] { _exit(EXIT_FAILURE); }}};
    std::vector<std::unique_ptr<Load>> loads;
    for (int i = 0; i < workers; ++i)
        loads.push_back(place == Place::thread ? std::make_unique<Load>(io, resident, window)
                                               : std::make_unique<Load>(io, *image, worker_options, window));
    const auto run_until = [&](auto holds) {
        while (!std::all_of(loads.begin(), loads.end(), holds)) {
            io.restart();
            io.run_one();
        }
    };
    run_until([](const auto& load) { return load->is_ready(); });
    const auto run = [&](int runs) {
        const auto begin = Steady::now();
        for (const auto& load : loads)
            load->begin(runs / workers);
        run_until([](const auto& load) { return load->is_done(); });
        return Steady::now() - begin;
    };
    run(options.runs / 10);  // caches warm
    const auto time = run(options.runs);
    Figures figures;
    figures.rate = options.runs / std::chrono::duration<double>(time).count();
    if (window == 1) figures.round_trip = bench::median_of(loads.front()->times());
    return figures;
}

// What the machine itself takes for a byte to another process and back.
double control(int runs) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0) throw std::runtime_error{"socketpair"};
    const pid_t child = fork();
    if (child == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        char byte = 0;
        while (read(ends[1], &byte, 1) == 1 && write(ends[1], &byte, 1) == 1) {
        }
        _exit(0);
    }
    std::vector<double> times;
    for (int i = 0; i < runs; ++i) {
        char byte = 0;
        const auto begin = Steady::now();
        if (write(ends[0], &byte, 1) != 1 || read(ends[0], &byte, 1) != 1) throw std::runtime_error{"ping"};
        times.push_back(microseconds(Steady::now() - begin));
    }
    close(ends[0]);
    close(ends[1]);
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    return bench::median_of(std::move(times));
}

// Medians of the rounds.
struct Measured {
    std::vector<double> trips, rates_of_one, rates;

    void measure_all(const Options& options, Place place) {
        trips.push_back(measure(options, place, 1, 1).round_trip);
        rates_of_one.push_back(measure(options, place, 1, 16).rate);
        rates.push_back(measure(options, place, 2, 16).rate);
    }
    void print(double ping, const std::string& what) const {
        const double trip = bench::median_of(trips);
        std::cout << "one job after the other, one " << what << ":    p50 " << trip << " us (" << trip / ping
                  << " pings)\n"
                  << "up to 16 in one " << what << ":                 " << bench::median_of(rates_of_one)
                  << " jobs/s\n"
                  << "up to 16 in each of two " << what << "s:        " << bench::median_of(rates)
                  << " jobs/s\n";
    }
};

int run(const Options& options) {
    std::vector<double> pings;
    Measured processes, threads;
    for (int i = 0; i < options.rounds; ++i) {
        pings.push_back(control(options.runs / 2));
        processes.measure_all(options, Place::process);
        threads.measure_all(options, Place::thread);
    }
    const double ping = bench::median_of(pings);
    std::cout << "ping of one byte between two processes: p50 " << ping << " us\n";
    processes.print(ping, "worker");
    threads.print(ping, "thread");
    return host::ResidentPlugin::wait_until_closed(std::chrono::seconds{10}) ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace

int main(int count, char** words) {
    CLI::App app{
        "What it costs to hand a job to a worker, a process or a thread, and to hear how it ended: no "
        "database, a job "
        "that does nothing. Medians of the rounds."};
    Options options;
    app.add_option("plugin", options.plugin, "the library with bench.noop")->required();
    app.add_option("worker", options.worker, "the program jobhost-worker")->required();
    app.add_option("--rounds", options.rounds, "how many")->check(CLI::Range(1, 100))->capture_default_str();
    app.add_option("--runs", options.runs, "jobs of each measurement")
        ->check(CLI::Range(100, 10'000'000))
        ->capture_default_str();
    CLI11_PARSE(app, count, words);
    try {
        return run(options);
    } catch (const std::exception& error) {
        std::cerr << "dispatch_bench: " << error.what() << '\n';
        return EXIT_FAILURE;
    }
}
