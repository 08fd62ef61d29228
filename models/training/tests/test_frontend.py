"""Front ends: log-mel golden values, frame scaling and patch order, normalisation."""

import math
import unittest

import torch
from support import real_spec

from edgefusion_training.errors import TrainingError
from edgefusion_training.frontend import AudioFrontEnd, FrameFrontEnd, VectorFrontEnd, mel_filters
from edgefusion_training.options import check_options


def audio():
    return AudioFrontEnd(real_spec("workcell").inputs[1], {})


class LogMel(unittest.TestCase):
    def test_16000_samples_give_98_frames_of_which_96_are_kept(self):
        front = audio()

        self.assertEqual((1, 98, 64), tuple(front.log_mel(torch.zeros(1, 16000)).shape))
        self.assertEqual((1, 96, 64), tuple(front.features(torch.zeros(1, 16000)).shape))
        self.assertEqual((1, 24, 256), tuple(front.patches(front.features(torch.zeros(1, 16000))).shape))

    def test_silence_is_the_logarithm_of_the_floor(self):
        features = audio().features(torch.zeros(1, 16000))

        self.assertLess(float((features - math.log(1e-5)).abs().max()), 1e-5)

    def test_a_sine_at_a_bin_centre_has_the_power_of_the_window(self):
        front, k = audio(), 32  # bin 32 of 512 at 16 kHz = 1000 Hz
        time = torch.arange(16000, dtype=torch.float64) / 16000.0
        power = front.power(torch.cos(2.0 * math.pi * 1000.0 * time).float().unsqueeze(0))[0]

        # |sum(hann)/2|^2 = (400/2/2)^2 = 10^4 at the bin, and the bin is the largest one.
        self.assertLess(float((power[k] / 1e4 - 1.0).abs().max()), 1e-3)
        self.assertTrue(bool((power.argmax(dim=0) == k).all()))

    def test_an_impulse_has_the_squared_window_at_every_bin(self):
        front, signal = audio(), torch.zeros(1, 16000)
        signal[0, 160 + 100] = 1.0  # sample 260 of frame 0, sample 100 of frame 1
        power = front.power(signal)[0]

        for frame, offset in ((0, 260), (1, 100)):
            hann = 0.5 - 0.5 * math.cos(2.0 * math.pi * offset / 400)
            self.assertLess(float((power[:, frame] - hann * hann).abs().max()), 1e-5)

    def test_the_convolution_equals_the_padded_fft(self):
        torch.manual_seed(0)
        front, signal = audio(), torch.randn(1, 16000) * 0.1
        hann = torch.hann_window(400, periodic=True, dtype=torch.float64)
        frames = signal[0].double().unfold(0, 400, 160) * hann
        expected = torch.fft.rfft(frames, n=512).abs() ** 2

        self.assertLess(float((front.power(signal)[0].T - expected).abs().max() / expected.max()), 1e-5)

    def test_no_mel_filter_is_empty_and_all_stay_within_their_band(self):
        filters = mel_filters(64, 512, 16000, 50.0, 8000.0)

        self.assertGreater(float(filters.sum(dim=0).min()), 0.0)
        self.assertLessEqual(float(filters.max()), 1.0)
        self.assertEqual(0.0, float(filters[:2].sum()))  # 0 and 31.25 Hz lie below 50 Hz

    def test_a_patch_is_16_frames_of_16_bands(self):
        front = audio()
        features = torch.arange(96.0 * 64).reshape(1, 96, 64) / 1e4
        patches = front.patches(features)

        self.assertTrue(torch.allclose(features[0, 16:32, 32:48].reshape(-1), patches[0, 4 + 2]))

    def test_statistics_are_one_more_token_that_shares_no_value_with_the_patches(self):
        plain, front = audio(), AudioFrontEnd(real_spec("workcell").inputs[1], {"statistics": True})
        torch.manual_seed(0)
        features = front.features(torch.randn(6, 16000) * 0.1)
        features[:, :, 3] += 5.0  # a loud band
        features[:, 40, 7] += 4.0  # a knock in another
        for one in (plain, front):
            one.fit(features, torch.ones(6, dtype=torch.bool))
        values = front.statistics.values(features)
        patches = front.patches(features)

        self.assertEqual((6, 25, 256 + 192), tuple(patches.shape))
        self.assertTrue(torch.equal(plain.patches(features), patches[:, :24, :256]))
        self.assertEqual(0.0, float(patches[:, :24, 256:].abs().max()) + float(patches[:, 24, :256].abs().max()))
        self.assertLess(float((values[:, 64:128] - features.std(dim=1, unbiased=False)).abs().max()), 1e-4)
        self.assertEqual(3, int(values[0, :64].argmax()))
        self.assertEqual(7, int(values[0, 128:].argmax()))
        self.assertLess(float(patches[:, 24, 256:].mean(dim=0).abs().max()), 1e-4)
        self.assertEqual((6, 25), tuple(front.covered(features).shape))
        self.assertEqual(192, len(front.describe()["statistics"]["scale"]))


class Frames(unittest.TestCase):
    def test_pixels_become_minus_one_to_one_and_tubelets_keep_their_place(self):
        front = FrameFrontEnd(real_spec("workcell").inputs[0], [5, 16, 16])
        frames = torch.zeros(1, 5, 64, 64, 3, dtype=torch.uint8)
        frames[0, :, 16:32, 48:64] = 255
        patches = front.patches(front.features(frames))

        self.assertEqual((1, 16, 5 * 16 * 16 * 3), tuple(patches.shape))
        self.assertTrue(bool((patches[0, 4 + 3] == 1.0).all()))
        self.assertEqual(15 * 3840, int((patches == -1.0).sum()))


class Vectors(unittest.TestCase):
    def test_normalisation_uses_present_windows_only_and_a_dead_channel_stays_zero(self):
        front = VectorFrontEnd(real_spec("ur5-objects").inputs[2], 2, "none")
        torch.manual_seed(0)
        data = torch.randn(200, 10, 3) * torch.tensor([2.0, 1.0, 0.0]) + torch.tensor([5.0, -1.0, 3.0])
        present = torch.arange(200) < 150
        data[150:] = 0.0
        front.fit(data, present)
        z = front.patches(data[:150]).reshape(-1, 3)

        self.assertLess(float(z.mean(dim=0).abs().max()), 1e-4)
        self.assertLess(float((z.std(dim=0) - torch.tensor([1.0, 1.0, 0.0])).abs().max()), 1e-2)

    def test_levels_are_taken_above_the_window_s_own_floor(self):
        front = VectorFrontEnd(real_spec("ur5-objects").inputs[2], 1, "floor_sqrt")
        levels = torch.full((2, 10, 3), -100.0)
        levels[1] = -60.0
        levels[:, 4, 1] += 25.0
        features = front.features(levels)

        self.assertTrue(torch.equal(features[0], features[1]))
        self.assertEqual((5.0, 5.0), (float(features[0, 4, 1]), float(features[0].sum())))
        with self.assertRaisesRegex(TrainingError, "mask_gaps"):
            check_options({"mask_gaps": True, "modalities": {"microphone": {"transform": "floor_sqrt"}}},
                          real_spec("ur5-objects"))

    def test_a_spike_is_clipped(self):
        front = VectorFrontEnd(real_spec("ur5-objects").inputs[2], 1, "none")

        self.assertEqual(8.0, float(front.patches(torch.full((1, 10, 3), 1e9)).max()))


if __name__ == "__main__":
    unittest.main()
