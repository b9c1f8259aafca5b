package run

import (
	"encoding/csv"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"github.com/pkg/errors"

	"unroll/cmd/sentiment/internal/bundle"
	"unroll/nn"
	"unroll/train/classifier"
)

// ModelDirs returns the folders of the models in a run's folder, in the program's
// order and then those of other names, or the folder itself if it is a model's. Of a link it takes where it points
// to now, so that all are of one run.
func ModelDirs(dir string) ([]string, error) {
	dir = Target(dir)
	var inside []string
	names := Names(Models)
	if list, err := os.ReadDir(dir); err == nil {
		for _, e := range list {
			if !slices.Contains(names, e.Name()) {
				names = append(names, e.Name())
			}
		}
	}
	for _, name := range names {
		if at := filepath.Join(dir, name); isModelDir(at) {
			inside = append(inside, at)
		}
	}
	if len(inside) > 0 {
		return inside, nil
	}
	return []string{dir}, checkModelDir(dir)
}

// HoldsModel reports whether a folder is a model's, or a run's with models.
func HoldsModel(dir string) bool {
	dirs, err := ModelDirs(dir)
	return err == nil && isModelDir(dirs[0])
}

// BestFirst is ModelDirs by the Scores on the validation texts, the best one first.
func BestFirst(dir string) ([]string, error) {
	dirs, err := ModelDirs(dir)
	if err != nil || len(dirs) == 1 {
		return dirs, err
	}
	merits := map[string]float64{}
	for _, d := range dirs {
		if merits[d], err = merit(d); err != nil {
			return nil, err
		}
	}
	slices.SortStableFunc(dirs, func(a, b string) int {
		switch {
		case merits[a] > merits[b]:
			return -1
		case merits[a] < merits[b]:
			return 1
		}
		return 0
	})
	return dirs, nil
}

// merit is a model's score on the validation texts, or minus it if less is better;
// −∞ if that is not known or no number.
func merit(dir string) (float64, error) {
	_, of, err := classifier.LoadTaskFS(bundle.Files, dir)
	if err != nil {
		return 0, err
	}
	validation, _ := measured(runOf(dir), filepath.Base(dir))
	score, ok := validation[of.Score()]
	if epochs, err := readHistory(filepath.Join(dir, HistoryFile)); !ok && err == nil && len(epochs) > 0 {
		score, ok = epochs[len(epochs)-1]["val_"+of.Score()]
	}
	switch {
	case !ok || math.IsNaN(score):
		return math.Inf(-1), nil
	case of.Better(0, 1):
		return -score, nil
	}
	return score, nil
}

// checkModelDir tells a mistaken path from a damaged model.
func checkModelDir(dir string) error {
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, os.ErrNotExist):
		if unfinished(filepath.Dir(dir)) {
			return errors.Errorf("model folder %s does not exist: the run in %s is not finished", dir, filepath.Dir(dir))
		}
		if r, err := readRunResults(filepath.Dir(dir)); err == nil && r.Folds > 0 {
			return foldsError(filepath.Dir(dir), r.Folds)
		}
		return errors.Errorf("model folder %s does not exist", dir)
	case err != nil:
		return errors.Wrap(err, "model folder")
	case !info.IsDir():
		if holds, err := bundle.Holds(dir); holds || err != nil {
			return err
		}
		return errors.Errorf("model folder %s: not a folder", dir)
	case unfinished(dir):
		return errors.Errorf("%s: the run is not finished and has no models yet; continue it with: sentiment train --resume %s", dir, dir)
	}
	if r, err := readRunResults(dir); err == nil && r.Folds > 0 {
		return foldsError(dir, r.Folds)
	}
	file := filepath.Join(dir, nn.ArchitectureFile)
	if _, err := bundle.Files.Stat(file); errors.Is(err, os.ErrNotExist) {
		return errors.Errorf("%s holds neither a model nor a run: there is no %s", dir, file)
	}
	return nil
}

func foldsError(dir string, folds int) error {
	return errors.Errorf("%s holds a cross-validation in %d folds, which keeps no models: train without --folds", dir, folds)
}

// unfinished reports whether a folder is that of a run on its way, or cut off.
func unfinished(dir string) bool {
	r := Run{Resume: dir, Dir: dir}
	finished, err := r.load()
	return err == nil && !finished
}

// runOf is where the results of a model's run are: in the folder around its own, or within
// the program that holds it.
func runOf(dir string) string {
	if holds, _ := bundle.Holds(dir); holds {
		return dir
	}
	return filepath.Dir(dir)
}

// measured returns what a run's results.json says of a model, nothing where
// there is none.
func measured(run, model string) (validation, test Scores) {
	r, err := readRunResults(run)
	if err != nil {
		return nil, nil
	}
	for _, e := range r.Experiments {
		if e.Name == model {
			return Scores(e.Evaluate), Scores(e.Test)
		}
	}
	return nil, nil
}

// readHistory reads a model's history.csv.
func readHistory(path string) ([]map[string]float64, error) {
	f, err := bundle.Files.Open(path)
	if err != nil {
		return nil, errors.Wrap(err, "history")
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil || len(rows) == 0 {
		return nil, errors.Errorf("%s: damaged", path)
	}
	var epochs []map[string]float64
	for _, row := range rows[1:] {
		epoch := map[string]float64{}
		for i, text := range row {
			v, err := strconv.ParseFloat(text, 64)
			if err != nil {
				return nil, errors.Wrapf(err, "%s: damaged", path)
			}
			epoch[rows[0][i]] = v
		}
		epochs = append(epochs, epoch)
	}
	return epochs, nil
}
