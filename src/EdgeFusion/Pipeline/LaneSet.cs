using EdgeFusion.Inference;
using EdgeFusion.Predictions;
using EdgeFusion.Windowing;

namespace EdgeFusion.Pipeline;

/// <summary>
/// Runs inference for a virtual pipeline on one thread per engine, and hands predictions out in window order.
/// </summary>
/// <remarks>
/// Windows are bound on the caller's thread into the arena of lane k modulo n; before a lane's arena is used again its
/// prediction is handed out. So order needs no queue, and one lane is simply the caller waiting for it.
/// </remarks>
internal sealed class LaneSet : IDisposable
{
    private readonly VirtualSetup _setup;
    private readonly FusionStage _stage;
    private readonly Action<Prediction> _emit;
    private readonly Lane[] _lanes;
    private readonly TensorArena? _ownArena;
    private long _next;

    public LaneSet(VirtualSetup setup, FusionStage stage, Action<Prediction> emit)
    {
        _setup = setup;
        _stage = stage;
        _emit = emit;
        _lanes = new Lane[Math.Max(1, setup.Engines.Length)];
        if (setup.Engines.IsEmpty)
        {
            _ownArena = new TensorArena(setup.Manifest);
        }

        for (int i = 0; i < _lanes.Length; i++)
        {
            IInferenceEngine? engine = setup.Engines.IsEmpty ? null : setup.Engines[i];
            _lanes[i] = new Lane(engine, stage, new Prediction(setup.Manifest), threaded: HasThreads(setup));
        }
    }

    /// <summary>Binds one window and lets the next lane infer it.</summary>
    public void Process(WindowCut cut, long sequence, long epoch)
    {
        Lane lane = _lanes[_next++ % _lanes.Length];
        HandOut(lane);
        TensorArena arena = lane.Engine?.Arena ?? _ownArena!;
        lane.Prediction.Sequence = sequence;
        lane.Prediction.Epoch = epoch;
        _stage.Bind(cut, arena, lane.Prediction);
        _setup.Windows?.Write(cut, arena, lane.Prediction.Modalities);
        lane.Begin();
    }

    /// <summary>Hands out, in order, what is ready, without waiting for what is not.</summary>
    public void HandOutReady()
    {
        for (int i = 0; i < _lanes.Length; i++)
        {
            Lane lane = _lanes[(_next + i) % _lanes.Length];
            if (lane.IsBusy)
            {
                return;
            }

            HandOut(lane);
        }
    }

    /// <summary>Waits for all lanes and hands out what they have, in order.</summary>
    public void Drain()
    {
        for (int i = 0; i < _lanes.Length; i++)
        {
            HandOut(_lanes[(_next + i) % _lanes.Length]);
        }
    }

    public void Dispose()
    {
        foreach (Lane lane in _lanes)
        {
            lane.Dispose();
        }

        _ownArena?.Dispose();
    }

    private static bool HasThreads(VirtualSetup setup) =>
        setup.Engines.Length > 1 || (setup.InferAside && !setup.Engines.IsEmpty);

    private void HandOut(Lane lane)
    {
        if (lane.Finish())
        {
            _stage.Measure(lane.Prediction);
            _emit(lane.Prediction);
        }
    }

    /// <summary>One engine with its thread. Without threads the caller's does the work itself.</summary>
    private sealed class Lane : IDisposable
    {
        private readonly FusionStage _stage;
        private readonly SemaphoreSlim _work = new(0);
        private readonly SemaphoreSlim _done = new(0);
        private readonly Thread? _thread;
        private bool _pending;
        private volatile bool _stopping;
        private Exception? _defect;

        public Lane(IInferenceEngine? engine, FusionStage stage, Prediction prediction, bool threaded)
        {
            Engine = engine;
            _stage = stage;
            Prediction = prediction;
            if (threaded)
            {
                _thread = new Thread(Run) { Name = "lane", IsBackground = true };
                _thread.Start();
            }
        }

        public IInferenceEngine? Engine { get; }

        public Prediction Prediction { get; }

        /// <summary>Whether the work begun is still going on.</summary>
        public bool IsBusy => _pending && _thread is not null && _done.CurrentCount == 0;

        public void Begin()
        {
            _pending = true;
            if (_thread is not null)
            {
                _work.Release();
            }
            else if (Engine is not null)
            {
                Infer(Engine);
            }
            else
            {
                Prediction.ClearExplanation();
            }
        }

        /// <summary>Waits for the work begun; false where there was none.</summary>
        public bool Finish()
        {
            if (!_pending)
            {
                return false;
            }

            _pending = false;
            if (_thread is not null)
            {
                _done.Wait();
            }

            return _defect is null ? true : throw new InvalidOperationException("A lane failed.", _defect);
        }

        public void Dispose()
        {
            if (_thread is not null)
            {
                _stopping = true;
                _work.Release();
                _thread.Join();
            }

            _work.Dispose();
            _done.Dispose();
        }

        private void Infer(IInferenceEngine engine)
        {
            _stage.Infer(engine, Prediction);
            _stage.Explain(engine, Prediction, clock: null, Prediction.End);
        }

        private void Run()
        {
            while (true)
            {
                _work.Wait();
                if (_stopping)
                {
                    return;
                }

                try
                {
                    Infer(Engine!);
                }
#pragma warning disable CA1031 // Carried over to the caller's thread, where it surfaces.
                catch (Exception defect)
#pragma warning restore CA1031
                {
                    _defect = defect;
                }

                _done.Release();
            }
        }
    }
}
