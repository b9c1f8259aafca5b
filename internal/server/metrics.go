package server

import (
	"net/http"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// The values of the label kind.
const (
	kindPredict = "predict"
	kindExplain = "explain"
)

// metrics is what GET /metrics shows. The values of each label are a fixed set:
// routes are those of the mux, not the paths that clients ask for.
type metrics struct {
	requests *prometheus.CounterVec   // route, code
	seconds  *prometheus.HistogramVec // route
	inFlight prometheus.Gauge
	texts    *prometheus.CounterVec   // kind
	batch    *prometheus.HistogramVec // kind
	reloads  *prometheus.CounterVec   // result
	handler  http.Handler
}

func newMetrics(s *Server) *metrics {
	m := &metrics{
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "unroll_http_requests_total", Help: "Requests answered, by route and status code.",
		}, []string{"route", "code"}),
		seconds: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "unroll_http_request_seconds", Help: "Time from a request's header to the end of its answer.",
			Buckets: prometheus.ExponentialBuckets(0.00025, 2, 16), // to 8 s
		}, []string{"route"}),
		inFlight: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "unroll_http_requests_in_flight", Help: "Requests that are being answered.",
		}),
		texts: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "unroll_texts_total", Help: "Texts that models were given.",
		}, []string{"kind"}),
		batch: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "unroll_batch_texts", Help: "Texts in a batch.",
			Buckets: prometheus.ExponentialBuckets(1, 2, 11), // to 1024
		}, []string{"kind"}),
		reloads: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "unroll_reloads_total", Help: "Times that the models were loaded, ok or failed.",
		}, []string{"result"}),
	}
	m.reloads.WithLabelValues("ok")
	m.reloads.WithLabelValues("failed")
	r := prometheus.NewRegistry()
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		m.requests, m.seconds, m.inFlight, m.texts, m.batch, m.reloads)
	gauge := func(name, help string, labels prometheus.Labels, value func() float64) {
		r.MustRegister(prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: help, ConstLabels: labels}, value))
	}
	gauge("unroll_models_loaded", "Models that answer.", nil, func() float64 { return float64(len(s.models())) })
	gauge("unroll_last_reload_successful", "1 if the models that answer are those that were to be loaded last, else 0.", nil, func() float64 {
		if s.failed.Load() != nil {
			return 0
		}
		return 1
	})
	gauge("unroll_held_bytes", "Bytes of the bodies of requests that are being answered.", nil,
		func() float64 { return float64(s.held.Load()) })
	queued := func(kind string, of func(*loaded) *batcher) {
		gauge("unroll_queued_texts", "Texts that wait for a batch.", prometheus.Labels{"kind": kind}, func() (n float64) {
			for _, l := range s.models() {
				n += float64(of(l).length())
			}
			return n
		})
	}
	queued(kindPredict, func(l *loaded) *batcher { return l.predict })
	queued(kindExplain, func(l *loaded) *batcher { return l.explain })
	gauge("unroll_build_info", "1, with the program's version.", prometheus.Labels{"version": s.config.Version},
		func() float64 { return 1 })
	m.handler = promhttp.HandlerFor(r, promhttp.HandlerOpts{})
	return m
}

// batches returns what counts the batches of a kind.
func (m *metrics) batches(kind string) func(texts int) {
	size, texts := m.batch.WithLabelValues(kind), m.texts.WithLabelValues(kind)
	return func(n int) {
		size.Observe(float64(n))
		texts.Add(float64(n))
	}
}

// answered counts a request.
func (m *metrics) answered(route string, code int, took time.Duration) {
	m.requests.WithLabelValues(route, strconv.Itoa(code)).Inc()
	m.seconds.WithLabelValues(route).Observe(took.Seconds())
}
