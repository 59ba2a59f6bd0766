#ifndef NETBIT_METRICS_HPP
#define NETBIT_METRICS_HPP
/* Counters, gauges and histograms in C++. */
#include "netbit/host.hpp"
#include "netbit/metrics.h"

#include <initializer_list>

namespace netbit {

template <> struct ServiceOf<nb_metrics_api> {
    static constexpr const char* id = NB_METRICS_SERVICE;
};

/* [any] [fast] Handles; copy them freely, they live as long as the process. One that was never made counts nothing. */
class Counter {
public:
    void add(double value = 1) const noexcept
    {
        if (_metric != nullptr) {
            _api->add(_metric, value);
        }
    }

private:
    friend class Metrics;
    const nb_metrics_api* _api = nullptr;
    nb_metric* _metric = nullptr;
};

class Gauge {
public:
    void add(double value) const noexcept
    {
        if (_metric != nullptr) {
            _api->add(_metric, value);
        }
    }
    void set(double value) const noexcept
    {
        if (_metric != nullptr) {
            _api->set(_metric, value);
        }
    }

private:
    friend class Metrics;
    const nb_metrics_api* _api = nullptr;
    nb_metric* _metric = nullptr;
};

class Histogram {
public:
    void observe(double value) const noexcept
    {
        if (_metric != nullptr) {
            _api->observe(_metric, value);
        }
    }

private:
    friend class Metrics;
    const nb_metrics_api* _api = nullptr;
    nb_metric* _metric = nullptr;
};

/* Makes them, mostly in start(). A bad name is a bug and throws a Failure. The host writes netbit_<plugin>_<name>. */
class Metrics {
public:
    explicit Metrics(Host host)
        : _host(host)
        , _api(&host.require<nb_metrics_api>())
    {
    }

    /* The name ends in _total. */
    Counter counter(std::string_view name, std::string_view help) const
    {
        return made<Counter>(_api->counter, toStr(name), toStr(help));
    }
    Gauge gauge(std::string_view name, std::string_view help) const
    {
        return made<Gauge>(_api->gauge, toStr(name), toStr(help));
    }
    /* Upper bounds of the buckets, rising; +Inf is added. */
    Histogram histogram(std::string_view name, std::string_view help, std::initializer_list<double> bounds) const
    {
        return made<Histogram>(_api->histogram, toStr(name), toStr(help), bounds.begin(), bounds.size());
    }

private:
    template <class Metric, class Make, class... Arguments> Metric made(Make make, Arguments... arguments) const
    {
        Metric metric;
        metric._api = _api;
        ErrorBuffer error;
        toResult(make(_host.raw(), arguments..., &metric._metric, error.get()), error).value();
        return metric;
    }

    Host _host;
    const nb_metrics_api* _api;
};

} // namespace netbit
#endif
